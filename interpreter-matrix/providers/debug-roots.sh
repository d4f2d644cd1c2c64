#!/usr/bin/env bash
# Provides debug builds of CPython 3.11 and 3.15: roots of Debian 12 and of its development suite.
#
# They lie one folder deeper than the other roots, where nothing looks for them by itself: they are for
# `cargo xtask stress --only leaks`, and no rows of every matrix.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
uv=$interpreters/uv
interpreters=$interpreters/debug
mkdir -p "$interpreters"
[ ! -d "$uv" ] || ln -sfn "$uv" "$interpreters/uv"
# Each ends by itself, with the clearing away that it has begun.
# (debootstrap does not see that another package stands for one that `python3.11-venv` depends on; pip is enough.)
(provide_root bookworm bookworm python3.11-dbg python3-pip)
(provide_root sid sid python3.15-dbg python3.15-venv)
