#!/usr/bin/env bash
# Runs a command in one of the roots, with the network configuration brought up to date:
#   in-root.sh sid python3.15 -m venv /tmp/environment
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
[ $# -ge 2 ] || fail "usage: in-root.sh ROOT COMMAND [ARGUMENT…]"
root=$interpreters/$1
shift
[ -f "$root/$stamp" ] || fail "no finished root at $root; its provider makes one"
connect_root "$root"
in_root "$root" "$@"
