#!/usr/bin/env bash
# Provides PyPy 7.3.19 (Python 3.11): a root of Debian 13.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
provide_root trixie trixie pypy3 pypy3-venv
