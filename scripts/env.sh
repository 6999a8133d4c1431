# The tools that scripts/setup.sh fetched, for `source scripts/env.sh`.
tools="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/.tools"
export PATH="$tools/python/bin:$PATH"
export CLOUDLESS_TEST_TOOLS="$tools"
export CLOUDLESS_RUNTIMES="${CLOUDLESS_RUNTIMES:-$tools/runtimes}"
# CI has everything, so a runtime that is missing there is a failure.
[ -z "${CI:-}" ] || export CLOUDLESS_NEED_RUNTIMES=1
