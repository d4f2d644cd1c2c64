#!/usr/bin/env bash
# Provides the tools that the other providers and the project's own checks run.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# libclang for bindgen; valgrind and binutils (nm, readelf) for the checks; the rest to
# build CPython and to make roots.
install_packages \
    libclang-dev valgrind binutils patch debootstrap \
    gcc make pkg-config xz-utils dpkg-dev \
    libssl-dev libffi-dev zlib1g-dev libbz2-dev liblzma-dev libsqlite3-dev
if [ -z "$packages_added" ]; then
    echo "present: every package"
else
    echo "installed: $packages_added"
fi
