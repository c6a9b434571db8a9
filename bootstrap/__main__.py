"""`python -m bootstrap`: makes every resource of the pipeline, or deletes them all with `--destroy`."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from bootstrap.aws import Aws
from bootstrap.connection import connect
from bootstrap.errors import BootstrapError
from bootstrap.resource import Outcome, Resource
from bootstrap.step import STEPS, Step, until_no_conflict
from bootstrap.summary import counted, overview
from sandbox.settings import Settings, SettingsError, load_settings

T = TypeVar("T")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0 done, 1 failed, 2 unusable settings."""
    parser = argparse.ArgumentParser(
        prog="python -m bootstrap",
        description="Makes every resource of the pipeline; run again, it changes only what differs.",
        allow_abbrev=False,
    )
    parser.add_argument("--destroy", action="store_true", help="delete every resource, with all data")
    options = parser.parse_args(arguments)
    try:
        settings = load_settings()
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        aws = connect(settings.aws_region, say)
        say(
            f"Endpoint {aws.sqs.meta.endpoint_url}, region {aws.place.region}, account {aws.place.account_id}"
        )
        if options.destroy:
            destroy(aws)
        else:
            create(aws, settings)
    except BootstrapError as error:
        print(f"Bootstrap failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Bootstrap was interrupted; run it again to go on", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output is gone, as after `| head`; leave without Python's own attempt to tell it more.
        os._exit(1)
    return 0


def create(aws: Aws, settings: Settings) -> None:
    """Make every resource, with a line for each, and say what there is then.

    Raises:
        BootstrapError: a resource cannot be made; those before it are there.
    """
    start = time.monotonic()
    resources: list[tuple[Step, Resource]] = []
    for step in STEPS:
        step_start = time.monotonic()
        resource = attempt(aws, step, "made", partial(step.ensure, aws, settings))
        say_step(step, resource.outcome, step_start)
        resources.append((step, resource))
    say(f"{counted(resource.outcome for _, resource in resources)} in {time.monotonic() - start:.1f} s")
    say(overview([(step.kind, resource.arn) for step, resource in resources], settings))


def destroy(aws: Aws) -> None:
    """Delete every resource, the last made first, with a line for each.

    Raises:
        BootstrapError: a resource cannot be deleted; those before it are gone.
    """
    start = time.monotonic()
    outcomes: list[Outcome] = []
    for step in reversed(STEPS):
        step_start = time.monotonic()
        outcomes.append(attempt(aws, step, "deleted", partial(step.delete, aws)))
        say_step(step, outcomes[-1], step_start)
    say(f"{counted(outcomes)} in {time.monotonic() - start:.1f} s")


def attempt(aws: Aws, step: Step, verb: str, action: Callable[[], T]) -> T:
    """Run one step's action and turn what AWS or the network says against it into one line.

    Raises:
        BootstrapError: the action failed.
    """
    try:
        return until_no_conflict(aws.wait, action)
    except (ClientError, BotoCoreError) as error:
        raise BootstrapError(f"{step.kind} {step.name} cannot be {verb}: {error}") from error


def say_step(step: Step, outcome: Outcome, start: float) -> None:
    """Print what was done to one resource, and how long it took."""
    say(f"{outcome:<10} {step.kind:<18}{step.name:<36} {time.monotonic() - start:6.1f} s")


def say(line: str) -> None:
    """Print a line at once, also where output is a file or a pipe."""
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
