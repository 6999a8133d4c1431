#!/usr/bin/env bash
# Fetches what the demo or the tests need into .tools, and says what. Nothing
# is asked, and what is there already is left alone.
#
#   scripts/setup.sh demo    the AWS CLI and the runtime of nodejs6.10
#   scripts/setup.sh test    those, and the SDKs that the tests drive
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:?demo or test}
tools=$PWD/.tools
mkdir -p "$tools"
PATH=${PATH//"$tools/python/bin:"/} # what is made here is not made with itself

say() { printf 'setup: %s\n' "$*" >&2; }

# have FILE-OR-COMMAND PACKAGE: installs Debian's package where the command is missing.
have() {
	command -v "$1" >/dev/null 2>&1 && return
	command -v apt-get >/dev/null 2>&1 || { say "please install $1 (package $2)"; exit 1; }
	say "installing $2 with apt-get"
	local sudo=()
	[ "$(id -u)" = 0 ] || sudo=(sudo)
	"${sudo[@]}" apt-get update -q >/dev/null
	"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$2" >/dev/null
}

# python REQUIREMENTS: a virtual environment of our own with these packages.
python() {
	local wanted stamp=$tools/python/installed
	wanted=$(cat "$@")
	[ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && return
	have python3 python3
	python3 -c 'import ensurepip, venv' 2>/dev/null || have python3-venv-is-missing python3-venv
	say "installing with pip: $(echo "$wanted" | grep -v '^#' | tr '\n' ' ')"
	rm -rf "$tools/python"
	python3 -m venv "$tools/python"
	"$tools/python/bin/pip" install -q --disable-pip-version-check $(echo "$wanted" | grep -v '^#')
	echo "$wanted" >"$stamp"
}

# node_packages DIR: the packages that DIR/package.json names.
node_packages() {
	local dir=$tools/$(basename "$1")
	cmp -s "$1/package.json" "$dir/installed.json" && return
	have npm npm
	say "installing with npm: $(grep -o '"[^"]*": "[0-9][^"]*"' "$1/package.json" | tr -d '"' | tr '\n' ' ')"
	mkdir -p "$dir"
	cp "$1/package.json" "$dir/package.json"
	(cd "$dir" && npm install --silent --no-audit --no-fund >/dev/null)
	cp "$1/package.json" "$dir/installed.json"
}

have curl curl
have npm npm
case $what in
demo) python scripts/requirements-demo.txt ;;
test)
	python scripts/requirements-demo.txt scripts/requirements-test.txt
	[ ! -f test/sdk/js/package.json ] || node_packages test/sdk/js
	;;
*) say "unknown: $what"; exit 2 ;;
esac

source scripts/env.sh
if [ -d cmd/cloudless ]; then
	packs=(nodejs6.10)
	[ "$what" = demo ] || packs+=(nodejs20.x nodejs22.x)
	for pack in "${packs[@]}"; do
		go run ./cmd/cloudless runtime install "$pack" >&2
	done
fi
