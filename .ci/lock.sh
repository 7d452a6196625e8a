#!/bin/sh
# Writes requirements.lock and environment.yml from pyproject.toml; --upgrade takes the newest versions.
set -eu
cd "$(dirname "$0")/.."

compile() { .venv/bin/python -m uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --no-emit-index-url "$@"; }

UV_CUSTOM_COMPILE_COMMAND='make lock' compile --extra test --generate-hashes -o requirements.lock "$@" >/dev/null

# Binder and conda: the learner's part of the lock. conda's pip takes no hashes beside `-e .`.
{
    cat <<'HEAD'
# Made by `make lock`: do not edit. The learner's part of requirements.lock, for Binder and conda.
name: anomaly-detection-course
channels:
  - conda-forge
dependencies:
  - python=3.11
  - pip
  - pip:
HEAD
    compile --constraint requirements.lock --no-header --no-annotate | sed 's/.*/      - "&"/'
    echo '      - "-e ."'
} >environment.yml.new
mv environment.yml.new environment.yml
