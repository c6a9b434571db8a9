#!/bin/sh
# LocalStack runs this in its container as soon as it is ready; the container is healthy when it has ended.
#
# The emulator's state is in memory: killed and restarted, it comes back empty, long after the bootstrap service has
# exited. So every start of the same container but the first creates the resources again.
set -eu

started_before=$EMULATOR_DATA_DIR/started-before
if [ -e "$started_before" ]; then
    echo "the emulator was restarted and is empty: creating the resources again"
    until python -m bootstrap; do
        sleep 1
    done
fi
touch "$started_before" "$READY_FILE"
