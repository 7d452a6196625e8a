#!/bin/sh
# Writes requirements.lock and environment.yml from pyproject.toml; --upgrade takes the newest versions.
set -eu
cd "$(dirname "$0")/.."

export UV_CUSTOM_COMPILE_COMMAND='make lock'
compile() {
    .venv/bin/python -m uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
        --no-emit-index-url "$@"
}

compile --extra test --generate-hashes -o requirements.lock "$@" >/dev/null
learners=$(compile --constraint requirements.lock --no-header --no-annotate)

# Without hashes, because pip takes none beside `-e .`.
cat >environment.yml <<YAML
# Made by \`make lock\`: do not edit. The learner's part of requirements.lock, for Binder and conda.
name: anomaly-detection-course
channels:
  - conda-forge
dependencies:
  - python=3.11
  - pip
  - pip:
$(echo "$learners" | sed 's/.*/      - "&"/')
      - "-e ."
YAML
