#!/usr/bin/env bash
# Provides every interpreter of the matrix, and prints one line for each provider:
#   present: …     nothing was to be done
#   installed: …   it is there now
#   failed: …      why, and where the whole output is
# Exits with 1 if one failed; the others are installed all the same.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

here=$(dirname "${BASH_SOURCE[0]}")
# They run together, as some wait for the network while others compile; the slow ones start first.
names=(cp313t sid-root trixie-root graalpy pypy-debian uv pyenv)
logs=$interpreters/log
mkdir -p "$logs"
failed=()

run() {
    "$here/$1.sh" >"$logs/$1.outcome" 2>"$logs/$1.log"
}

# Prints what a provider said last: on standard output, or, if it failed, perhaps on standard error.
report() {
    local name=$1 status=$2 line
    if [ "$status" = 0 ]; then
        line=$(tail -n 1 "$logs/$name.outcome")
    else
        line=$(grep -a '^failed: ' "$logs/$name.log" | tail -n 1 || true)
        line="${line:-failed: exit status $status} (see $logs/$name.log)"
        failed+=("$name")
    fi
    printf '%-12s %s\n' "$name" "$line"
}

status=0
run tools || status=$?
report tools "$status"

declare -A pids
for name in "${names[@]}"; do
    run "$name" &
    pids[$name]=$!
done
for name in "${names[@]}"; do
    status=0
    wait "${pids[$name]}" || status=$?
    report "$name" "$status"
done

[ ${#failed[@]} -eq 0 ] || fail "${failed[*]}"
