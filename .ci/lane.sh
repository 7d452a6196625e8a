#!/bin/sh
# Runs the tests with the oldest or the newest versions that pyproject.toml permits, in a venv of its own:
#   sh .ci/lane.sh oldest [pytest's arguments]
# PYTHON=/path/to/python3.13 chooses the Python; .venv lends its uv and stays as it is.
set -eu
cd "$(dirname "$0")/.."

case ${1:-} in
    oldest) resolution=lowest-direct ;;
    newest) resolution=highest ;;
    *) echo "usage: sh .ci/lane.sh oldest|newest [pytest's arguments]" >&2; exit 2 ;;
esac
LANE_PYTHON=.venv-$1/bin/python
uv() { .venv/bin/python -m uv --quiet "$@"; }

uv venv --clear --python "${PYTHON:-.venv/bin/python}" ".venv-$1"
uv pip install --python "$LANE_PYTHON" --resolution "$resolution" --compile-bytecode -e '.[test]'
.venv/bin/python -m uv pip tree --python "$LANE_PYTHON" --depth 1 --package anomaly-detection-course
shift
exec "$LANE_PYTHON" -m pytest "$@"
