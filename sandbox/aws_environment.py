"""The variables and files through which boto3 and the AWS CLI reach the sandbox; standard library only."""

import shlex
from collections.abc import Mapping

from sandbox.layout import Layout
from sandbox.settings import Settings
from sandbox.state import write_private

# A developer's own account must not be reached by accident, nor its profile be looked for in our files.
DROPPED = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")
LOOPBACK_NAMES = ("localhost", "127.0.0.1")


def endpoint_url(settings: Settings) -> str:
    return f"http://localhost:{settings.localstack_port}"


def write_profile(layout: Layout, settings: Settings) -> dict[str, str]:
    """Write a `default` profile and return the variables that name its two files.

    Code that asks for the profile by name (`boto3.Session(profile_name="default")`) finds it there.
    """
    config, credentials = layout.aws / "config", layout.aws / "credentials"
    write_private(
        config,
        f"[default]\nregion = {settings.aws_region}\nendpoint_url = {endpoint_url(settings)}\noutput = json\n",
    )
    write_private(credentials, "[default]\naws_access_key_id = test\naws_secret_access_key = test\n")
    return {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(credentials)}


def aws_variables(settings: Settings) -> dict[str, str]:
    """Return the variables of boto3's own that lead to the sandbox."""
    return {
        "AWS_ENDPOINT_URL": endpoint_url(settings),
        "AWS_REGION": settings.aws_region,
        "AWS_DEFAULT_REGION": settings.aws_region,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }


def without_proxy(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that keep calls to this machine away from a configured proxy."""
    listed = [name for name in (environ.get("NO_PROXY") or environ.get("no_proxy") or "").split(",") if name]
    text = ",".join(listed + [name for name in LOOPBACK_NAMES if name not in listed])
    return {"NO_PROXY": text, "no_proxy": text}


def shell_lines(layout: Layout, settings: Settings, environ: Mapping[str, str]) -> str:
    """Return the lines that, evaluated by a shell, lead its boto3, `aws` and `awslocal` to the sandbox."""
    variables = {
        **aws_variables(settings),
        **write_profile(layout, settings),
        **without_proxy(environ),
    }
    lines = [f"unset {' '.join(DROPPED)}"]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    lines.append(f'export PATH={shlex.quote(str(layout.venv / "bin"))}:"$PATH"')
    return "\n".join(lines) + "\n"
