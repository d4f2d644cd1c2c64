#!/usr/bin/env bash
# Provides uv, from PyPI: on a slow interpreter it installs packages much faster than pip.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

folder=$interpreters/uv
recipe="1 $folder"
begin uv
if is_complete "$folder" "$recipe"; then
    echo "present: $folder/bin/uv"
    exit
fi
# The wheel holds one static program, so no environment is needed around it.
python3 -m pip install --quiet --no-cache-dir --target "$temporary" uv >&2
"$temporary/bin/uv" --version >&2
move_into_place "$temporary" "$folder"
complete "$folder" "$recipe"
echo "installed: $folder/bin/uv"
