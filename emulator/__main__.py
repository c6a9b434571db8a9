"""Runs LocalStack with this project's providers: `python -m emulator`."""

import argparse
import gc
import logging
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

# What turns LocalStack Community into the sandbox. A variable that is already set wins.
EMULATOR_ENVIRONMENT = {
    "GATEWAY_LISTEN": "127.0.0.1:4566",
    "PROVIDER_OVERRIDE_DYNAMODB": "moto",
    "PROVIDER_OVERRIDE_DYNAMODBSTREAMS": "moto",
    "PROVIDER_OVERRIDE_KINESIS": "moto",
    "PROVIDER_OVERRIDE_FIREHOSE": "sandbox",
    "PROVIDER_OVERRIDE_S3": "sandbox",
    "LAMBDA_RUNTIME_EXECUTOR": "subprocess",
    # On: a shard takes and gives no more than AWS's in a second.
    "KINESIS_SHARD_LIMITS": "off",
    # Internal clients call the providers directly instead of crossing the gateway.
    "IN_MEMORY_CLIENT": "1",
    # Nothing is fetched and nothing is reported while running.
    "SKIP_SSL_CERT_DOWNLOAD": "1",
    "DISABLE_EVENTS": "1",
    "DNS_ADDRESS": "0",
    # The same directory layout, below EMULATOR_DATA_DIR, in a container and on a host.
    "OVERRIDE_IN_DOCKER": "0",
    # Queue URLs that resolve without a name server.
    "SQS_ENDPOINT_STRATEGY": "path",
}

# LocalStack and moto are some 350,000 objects that stay. With Python's own thresholds (700, 10, 10) the collector goes
# through all of them a dozen times while the emulator starts, and then whenever a table has grown by a few thousand
# items: 0.2 s each, in which nothing is answered.
GARBAGE_COLLECTION_THRESHOLDS = 10_000, 20, 10


def apply_environment(environ: MutableMapping[str, str]) -> None:
    """Fill in the emulator's defaults for every variable that `environ` does not set."""
    for name, value in EMULATOR_ENVIRONMENT.items():
        environ.setdefault(name, value)
    port = environ["GATEWAY_LISTEN"].split(",")[0].rpartition(":")[2]
    environ.setdefault("LOCALSTACK_HOST", f"localhost:{port}")
    data_directory = Path(environ.setdefault("EMULATOR_DATA_DIR", ".sandbox/emulator")).absolute()
    environ.setdefault("FILESYSTEM_ROOT", str(data_directory))


def use_own_temporary_directory(data_directory: Path) -> None:
    """Put objects and unpacked functions below the data directory, without what a killed predecessor left."""
    directory = data_directory / "scratch"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True, exist_ok=True)
    tempfile.tempdir = str(directory.absolute())


def check_listen_addresses(gateway_listen: str) -> None:
    """End with one line when an address of GATEWAY_LISTEN is taken; LocalStack would wait for ever."""
    for address in gateway_listen.split(","):
        host, _, port = address.strip().rpartition(":")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            socket.create_server((host.strip("[]"), int(port)), family=family).close()
        except (OSError, ValueError) as error:
            sys.exit(
                f"GATEWAY_LISTEN={address} cannot be used ({error}): give a free HOST:PORT of this machine"
            )


def check_shard_limits(value: str) -> None:
    """End with one line when the setting is neither on nor off; empty is off."""
    if value not in ("", "on", "off"):
        sys.exit(f"KINESIS_SHARD_LIMITS={value} cannot be used: give one of on, off")


def check_runtime_executor(name: str) -> None:
    """End with one line when there is no Lambda runtime executor of this name; LocalStack would take Docker."""
    from localstack.services.lambda_.invocation.runtime_executor import EXECUTOR_PLUGIN_MANAGER

    if not EXECUTOR_PLUGIN_MANAGER.exists(name):
        known = ", ".join(sorted(EXECUTOR_PLUGIN_MANAGER.list_names()))
        sys.exit(f"LAMBDA_RUNTIME_EXECUTOR={name} cannot be used: give one of {known}")


def prepare() -> None:
    """Make the caches that otherwise cost the first request some seconds (run at image build time)."""
    from localstack import config
    from localstack.aws import spec
    from localstack.services.plugins import SERVICE_PLUGINS

    config.dirs.mkdirs()
    spec.main()
    SERVICE_PLUGINS.list_available()


def use_shared_service_catalog() -> None:
    """Give LocalStack the service catalogue of this installation, unless it has its own."""
    from localstack import config
    from localstack.aws import spec

    from emulator.service_catalog import installation_directory, provide

    name = spec._get_catalog_filename()
    if Path(config.dirs.static_libs, name).exists():
        return
    try:
        provide(Path(config.dirs.cache, name), installation_directory() / name)
    except (OSError, subprocess.CalledProcessError) as error:
        # LocalStack does without: its first request takes longer then.
        print(f"The catalogue of AWS services could not be kept: {error}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    parser.add_argument("--prepare", action="store_true", help="only make the caches of a first start")
    arguments = parser.parse_args()
    apply_environment(os.environ)
    if arguments.prepare:
        # The image does this with no other file of the package.
        prepare()
        return
    from emulator.environment_block import clear_environment_block

    gc.set_threshold(*GARBAGE_COLLECTION_THRESHOLDS)
    # What this process was given is not for the functions to read.
    clear_environment_block()
    check_listen_addresses(os.environ["GATEWAY_LISTEN"])
    check_shard_limits(os.environ["KINESIS_SHARD_LIMITS"])
    # LocalStack reads its configuration when it is imported, so the import comes last.
    from localstack import config
    from localstack.aws import spec
    from localstack.runtime.main import main as run_localstack

    from emulator.kinesis import newer_model

    # Before the first request has the model read.
    spec.loader.patches.update(newer_model.PATCHES)
    use_own_temporary_directory(Path(os.environ["EMULATOR_DATA_DIR"]))
    check_runtime_executor(config.LAMBDA_RUNTIME_EXECUTOR)
    use_shared_service_catalog()

    # LocalStack warns about PROVIDER_OVERRIDE_LAMBDA, which once had another meaning.
    config.SERVICE_PROVIDER_CONFIG.set_provider("lambda", "sandbox")

    try:
        run_localstack()
    except SystemExit as stopped:
        status = stopped.code if isinstance(stopped.code, int) else 1
    else:
        status = 0
    # Every service has been stopped in order by now; taking the interpreter apart would only cost seconds.
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
