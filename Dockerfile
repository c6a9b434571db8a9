# The sandbox's images, one target each: localstack, bootstrap, generator, notebooks.
#
# All stand on the same base and the same AWS SDK; each adds its own locked set, then its own code, so that a change of
# code rebuilds the last layers only. Written for the Dockerfile frontend that every engine since 20.10 carries: nothing
# but PYTHON_IMAGE is pulled.

ARG PYTHON_IMAGE=python:3.13-slim-trixie

# --- Python in a virtual environment, and the user that every container runs as -------------------------------------
FROM ${PYTHON_IMAGE} AS python
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1
RUN python -m venv /opt/venv \
    && useradd --create-home --uid 1000 --shell /bin/bash sandbox
WORKDIR /opt/sandbox

# --- The AWS SDK ----------------------------------------------------------------------------------------------------
FROM python AS sdk
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=secret,id=pip-configuration \
    --mount=type=bind,source=docker/install-requirements,target=/tmp/build/install-requirements \
    --mount=type=bind,source=requirements/client.txt,target=/tmp/build/requirements/client.txt \
    /tmp/build/install-requirements client

# --- localstack: the emulator ---------------------------------------------------------------------------------------
FROM sdk AS localstack
ENV GATEWAY_LISTEN=0.0.0.0:4566 \
    EMULATOR_DATA_DIR=/var/lib/emulator \
    READY_FILE=/run/emulator/ready
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=secret,id=pip-configuration \
    --mount=type=bind,source=docker/install-requirements,target=/tmp/build/install-requirements \
    --mount=type=bind,source=requirements/emulator.txt,target=/tmp/build/requirements/emulator.txt \
    /tmp/build/install-requirements emulator \
    && install --directory --owner=sandbox --group=sandbox "$EMULATOR_DATA_DIR"
WORKDIR ${EMULATOR_DATA_DIR}
# The service catalogue takes seconds and does not depend on our own code.
USER sandbox
RUN --mount=type=bind,source=emulator/__main__.py,target=/tmp/build/emulator/__main__.py \
    python /tmp/build/emulator --prepare
# LocalStack finds our providers by the entry points of the installed project.
USER root
RUN --mount=type=bind,target=/tmp/build/source,rw \
    pip install --quiet --root-user-action=ignore --no-cache-dir --no-deps --no-build-isolation /tmp/build/source
COPY docker/on-ready.sh etc/localstack/init/ready.d/
COPY docker/health /usr/local/bin/
USER sandbox
RUN python -m emulator --prepare
CMD ["python", "-m", "emulator"]

# --- The packages that need the AWS SDK alone -----------------------------------------------------------------------
FROM sdk AS client
COPY sandbox/ sandbox/
COPY transform/ transform/
COPY bootstrap/ bootstrap/
COPY generator/ generator/
COPY verify/ verify/
RUN python -m compileall -q .
USER sandbox

# --- bootstrap: creates the resources; also where `python -m verify` runs -------------------------------------------
FROM client AS bootstrap
CMD ["python", "-m", "bootstrap"]

# --- generator: writes orders ---------------------------------------------------------------------------------------
FROM client AS generator
CMD ["python", "-m", "generator"]

# --- notebooks: JupyterLab and DuckDB -------------------------------------------------------------------------------
FROM sdk AS notebooks
ENV NOTEBOOKS_LISTEN=0.0.0.0:8888 \
    SANDBOX_DIR=/var/lib/sandbox
RUN install --directory --owner=sandbox --group=sandbox "$SANDBOX_DIR"
RUN --mount=type=cache,target=/root/.cache/pip \
    --mount=type=secret,id=pip-configuration \
    --mount=type=bind,source=docker/install-requirements,target=/tmp/build/install-requirements \
    --mount=type=bind,source=requirements/notebooks.txt,target=/tmp/build/requirements/notebooks.txt \
    /tmp/build/install-requirements notebooks
COPY docker/health /usr/local/bin/
COPY sandbox/ sandbox/
COPY bootstrap/ bootstrap/
COPY verify/ verify/
COPY notebooks/ notebooks/
RUN python -m compileall -q .
USER sandbox
# The first plot would otherwise wait for the list of fonts; the volume begins with what is here.
RUN MPLCONFIGDIR=$SANDBOX_DIR/notebooks/matplotlib python -c "import matplotlib.font_manager"
CMD ["python", "-m", "notebooks"]
