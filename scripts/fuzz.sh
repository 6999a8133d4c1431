#!/usr/bin/env bash
# Runs each fuzz target of the repository for a while: scripts/fuzz.sh 10s
# A target that fails does not keep the others from running.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-10s}
out=$(mktemp)
trap 'rm -f "$out"' EXIT
failed=()

# only_deadline: is all that failed the end of the time itself? Go before 1.27
# may take it for a failure (golang/go#75804). A finding is written down.
only_deadline() {
	grep -q '^    context deadline exceeded$' "$out" && ! grep -qE 'Failing input|panic:|_test\.go:' "$out"
}

for dir in $(grep -rl --include='*_test.go' --exclude-dir=.tools '^func Fuzz' . | xargs -n1 dirname | sort -u); do
	for target in $(grep -ho '^func Fuzz[A-Za-z0-9_]*' "$dir"/*_test.go | sed 's/^func //'); do
		echo "$dir $target"
		if ! go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$dir" 2>&1 | tee "$out" && ! only_deadline; then
			failed+=("$dir $target")
		fi
	done
done
[ ${#failed[@]} -eq 0 ] || { printf 'failed: %s\n' "${failed[@]}"; exit 1; }
