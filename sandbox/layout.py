"""Where the sandbox keeps its files on the host; standard library only."""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# A Unix socket's path has at most 103 bytes on macOS; supervisord binds `<path>.<pid>` first.
SOCKET_PATH_BYTES = 92


@dataclass(frozen=True, slots=True)
class Layout:
    """The project's folder, and the folder that holds everything the sandbox writes on the host."""

    root: Path
    data: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def dotenv(self) -> Path:
        return self.root / ".env"

    @property
    def state(self) -> Path:
        return self.data / "state.json"

    @property
    def lock(self) -> Path:
        return self.data / "lock"

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def processes(self) -> Path:
        """One file per process of host mode: what `down` needs when the process manager is gone."""
        return self.data / "processes"

    @property
    def aws(self) -> Path:
        return self.data / "aws"

    @property
    def supervisord_pid(self) -> Path:
        return self.data / "supervisord.pid"

    def holds_other_files(self) -> bool:
        """Tell whether the folder is one that the sandbox never used: `reset` must not empty it."""
        is_own = self.data == self.root / ".sandbox" or self.lock.exists()
        return not is_own and self.data.is_dir() and any(self.data.iterdir())

    def socket(self) -> Path:
        """Return the process manager's socket: beside the other files, or in a short place of this user's own."""
        path = self.data / "supervisor.sock"
        if len(bytes(path)) <= SOCKET_PATH_BYTES:
            return path
        digest = hashlib.sha256(bytes(self.data)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"sandbox-{digest}" / "supervisor.sock"


def layout(environ: Mapping[str, str]) -> Layout:
    """Return the layout of this checkout; `SANDBOX_DIR` puts the sandbox's files elsewhere (the tests do)."""
    root = Path(__file__).resolve().parent.parent
    return Layout(root, Path(environ.get("SANDBOX_DIR") or root / ".sandbox").absolute())
