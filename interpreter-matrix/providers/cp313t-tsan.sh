#!/usr/bin/env bash
# Provides CPython 3.13 without the GIL that tells ThreadSanitizer of what it does, for `cargo xtask stress --only tsan`.
#
# Where nothing looks for it by itself, as it is no row of every matrix.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$(dirname "${BASH_SOURCE[0]}")/cp313t-build.sh"
# GCC's runtime ends programs whose memory is laid out more at random than it has been made for.
[ -n "${EVERYPY_FIXED_ADDRESSES:-}" ] || EVERYPY_FIXED_ADDRESSES=1 exec setarch --addr-no-randomize "$0"
interpreters=$interpreters/debug
install_packages libtsan2
# What the interpreter's own tools do while it is built is not the matter.
export TSAN_OPTIONS=report_bugs=0
provide_cp313t cp313t-tsan --with-thread-sanitizer
