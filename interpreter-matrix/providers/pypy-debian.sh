#!/usr/bin/env bash
# Provides PyPy from this machine's own Debian release (on Debian 12: 7.3.11, Python 3.9).
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
install_packages pypy3 pypy3-dev pypy3-venv
if [ -z "$packages_added" ]; then
    echo "present: $(command -v pypy3)"
else
    echo "installed: $packages_added"
fi
