#!/bin/sh
# Makes .venv from requirements.lock, or brings it up to date. `make` calls this when it is needed.
# PYTHON=/path/to/python3.12 chooses the Python.
set -eu
cd "$(dirname "$0")/.."

HERE=$(pwd -P)
STAMP=.venv/.complete           # written last and holds the folder: half a venv, or a moved one, is made anew
LOG=.venv/setup.log
VENV_PYTHON=.venv/bin/python

fail() { echo "$1" >&2; exit 1; }

refuse_intel_mac() {
    [ "$(uname -sm)" != "Darwin x86_64" ] ||
        fail "TensorFlow has no version for Macs with an Intel processor: please use Binder (see README.md)."
}

# Runs each candidate, because a pyenv shim can be on the PATH and still fail.
find_python() {
    found='' without_venv=''
    for python in "$@"; do
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
        case $version in
            3.11 | 3.12 | 3.13)
                "$python" -c 'import ensurepip, venv' 2>/dev/null && return
                without_venv=$version ;;
            [012].* | 3.? | 3.10) found="${found:+$found, }$python is $version (too old)" ;;
            *) found="${found:+$found, }$python is $version (too new for TensorFlow)" ;;
        esac
    done
    [ -z "$without_venv" ] ||
        fail "Python $without_venv lacks its venv module: apt install python$without_venv-venv, then run make again."
    fail "This course needs Python 3.11, 3.12 or 3.13, found: ${found:-none}. Install one \
(apt install python3.12-venv; brew install python@3.12) or name one: make lab PYTHON=/path/to/python3.12"
}

logged() { "$@" >>"$LOG" 2>&1; }
pip_install() { logged "$VENV_PYTHON" -m pip install --no-input "$@"; }
locked_uv() { awk '/^[^ ]/ { wanted = /^uv==/ } wanted' requirements.lock; }

# uv takes a third of pip's time; pip knows proxies and mirrors that uv does not.
install_lock() {
    locked_uv >.venv/uv.txt
    pip_install --require-hashes -r .venv/uv.txt &&
        logged "$VENV_PYTHON" -m uv pip install --python "$VENV_PYTHON" --require-hashes --compile-bytecode \
            -r requirements.lock && return
    echo "  uv did not manage; trying again with pip (some minutes) ..."
    pip_install --require-hashes -r requirements.lock
}

# JupyterLab as it looks on Binder: no buttons of the maintainers' tools, no question about news.
tidy_lab() {
    settings=.venv/etc/jupyter
    rm -f $settings/*/nbgrader.json $settings/*/jupytext.json
    mkdir -p $settings/labconfig
    cat >$settings/labconfig/page_config.json <<'JSON'
{"disabledExtensions": {
    "@jupyter/nbgrader": true,
    "jupyterlab-jupytext": true,
    "@jupyterlab/apputils-extension:announcements": true
}}
JSON
}

install_all() { install_lock && pip_install --no-deps --no-build-isolation -e . && tidy_lab; }

if [ "$(cat "$STAMP" 2>/dev/null)" = "$HERE" ] && "$VENV_PYTHON" -c '' 2>/dev/null; then
    echo "Bringing .venv up to date with requirements.lock ..."
    rm "$STAMP"
else
    refuse_intel_mac
    if [ -n "${PYTHON:-}" ]; then find_python "$PYTHON"
    else find_python python3 python3.13 python3.12 python3.11 python; fi
    echo "Making .venv with Python $version: about a minute and 2 GB, this once ..."
    rm -rf .venv
    "$python" -m venv .venv || fail "'$python -m venv .venv' failed (see above): install Python anew, then run make again."
fi

install_all || {
    tail -n 15 "$LOG" >&2
    fail "Set-up stopped (last lines of $LOG above). Is there network, and 3 GB of free disk? Then run make again."
}
echo "$HERE" >"$STAMP"
echo "Done."
