#!/usr/bin/env bash
# Provides CPython 3.14, CPython 3.15 and the newest PyPy: a root of Debian's development suite.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# The `-dev` packages bring the headers, and `libpython3.x.so` to link and to embed.
provide_root sid sid \
    python3.14 python3.14-venv libpython3.14 libpython3.14-dev \
    python3.15 python3.15-venv libpython3.15 libpython3.15-dev \
    pypy3 pypy3-venv
