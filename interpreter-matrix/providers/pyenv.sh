#!/usr/bin/env bash
# Provides the older CPythons by pyenv, with libpython as a shared library, to embed.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# The last two are too old: the matrix checks that they are refused.
versions=(3.7.16 3.8.18 3.9.18 3.10.13 3.11.7 3.12.1 3.13.0 3.6.15 2.7.18)
root=${PYENV_ROOT:-$HOME/.pyenv}

# pyenv puts a version in place only after its last step, so an executable means a complete install.
missing=()
for version in "${versions[@]}"; do
    [ -x "$root/versions/$version/bin/python" ] || missing+=("$version")
done
if [ ${#missing[@]} -eq 0 ]; then
    echo "present: ${#versions[@]} versions in $root/versions"
    exit
fi

begin pyenv
command -v pyenv >/dev/null || fail "no pyenv on PATH, and ${missing[*]} missing in $root/versions"
refused=()
for version in "${missing[@]}"; do
    PYTHON_CONFIGURE_OPTS=--enable-shared nice -n 5 pyenv install --skip-existing "$version" >&2 ||
        refused+=("$version")
done
[ ${#refused[@]} -eq 0 ] || fail "pyenv cannot install ${refused[*]}"
echo "installed: ${missing[*]}"
