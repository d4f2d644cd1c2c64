#!/usr/bin/env bash
# Provides CPython 3.13 without the GIL, built from Debian 13's source package.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source "$(dirname "${BASH_SOURCE[0]}")/cp313t-build.sh"
provide_cp313t cp313t
