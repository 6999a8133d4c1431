#!/usr/bin/env bash
# Fetches what the demo or the tests need into .tools, and says what. Nothing
# is asked, and what is there already is left alone.
#
#   scripts/setup.sh demo    the AWS CLI and the runtime of nodejs6.10
#   scripts/setup.sh test    those, a C compiler for the race detector, the SDKs
#                            that the tests drive, and what the runtimes of the
#                            tests run on: Python with pip, a JDK with Maven, Ruby;
#                            Chromium, a generator of clients; and, where cargo is,
#                            AWS's Lambda Web Adapter
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-}
case $what in demo | test) ;; *) echo "usage: scripts/setup.sh demo|test" >&2; exit 2 ;; esac
tools=$PWD/.tools
mkdir -p "$tools"
PATH=${PATH//"$tools/python/bin:"/} # what is made here is not made with itself

say() { printf 'setup: %s\n' "$*" >&2; }
has() { command -v "$1" >/dev/null 2>&1; }

# install PACKAGE...: those of Debian, as root or by a sudo that asks nothing.
install() {
	local sudo=()
	if [ "$(id -u)" != 0 ]; then
		sudo=(sudo -n)
		if ! has sudo || ! sudo -n true 2>/dev/null; then
			say "missing, and only root may install it: please run  apt-get install $*  and then this again"
			exit 1
		fi
	fi
	say "installing with apt-get: $*"
	"${sudo[@]}" apt-get update -q >/dev/null
	"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@" >/dev/null
}

# system: the machine's own packages that are missing, all at once.
system() {
	local missing=()
	has curl || missing+=(curl)
	has npm || missing+=(npm)
	has python3 || missing+=(python3)
	python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
	[ "$what" = demo ] || has "${CC:-cc}" || missing+=(gcc libc6-dev)
	[ "$what" = demo ] || has javac || missing+=(default-jdk-headless)
	[ "$what" = demo ] || has mvn || missing+=(maven)
	[ "$what" = demo ] || has ruby || missing+=(ruby)
	[ "$what" = demo ] || python3 -c 'import pip' 2>/dev/null || missing+=(python3-pip)
	[ ${#missing[@]} -gt 0 ] || return 0
	if ! has apt-get; then
		say "please install what Debian calls: ${missing[*]}"
		exit 1
	fi
	install "${missing[@]}"
}

# browser: Chromium, which not every system has as a package.
browser() {
	has chromium || has chromium-browser || has google-chrome || { has apt-get && (install chromium); } ||
		say "without Chromium its tests are skipped"
}

# python REQUIREMENTS...: these packages in a virtual environment of our own,
# beside those that are there.
python() {
	local wanted package stamp=$tools/python/installed
	wanted=$(cat "$@" | grep -vxF -f <(cat "$stamp" 2>/dev/null) || true)
	[ -n "$wanted" ] || return 0
	say "installing with pip: $(tr '\n' ' ' <<<"$wanted")"
	[ -f "$stamp" ] || rm -rf "$tools/python" # half of one
	python3 -m venv "$tools/python"
	# shellcheck disable=SC2086 # one word a package
	"$tools/python/bin/pip" install -q --disable-pip-version-check $wanted
	touch "$stamp"
	for package in $wanted; do
		sed -i.old "/^${package%%==*}==/d" "$stamp"
		echo "$package" >>"$stamp"
	done
	rm -f "$stamp.old"
}

# node_packages DIR: the packages that DIR/package.json names.
node_packages() {
	local dir=$tools/$(basename "$1")
	! cmp -s "$1/package.json" "$dir/installed.json" || return 0
	say "installing with npm: $(grep -o '"[^"]*": "[0-9][^"]*"' "$1/package.json" | tr -d '"' | tr '\n' ' ')"
	mkdir -p "$dir"
	cp "$1/package.json" "$dir/package.json"
	(cd "$dir" && npm install --silent --no-audit --no-fund >/dev/null)
	cp "$1/package.json" "$dir/installed.json"
}

# java_libraries POM: the libraries that a project of Maven names, and theirs.
java_libraries() {
	local dir=$tools/java
	! cmp -s "$1" "$dir/installed.xml" || return 0
	say "installing with mvn: what $1 names, and what that needs"
	rm -rf "$dir/lib"
	mkdir -p "$dir"
	mvn -q -B -f "$1" -Dmaven.repo.local="$dir/repository" dependency:copy-dependencies -DoutputDirectory="$dir/lib" 2>&1 |
		sed $'s/\e\\[[0-9;]*m//g' >&2 # Maven ends with colours, even where it has nothing to say
	cp "$1" "$dir/installed.xml"
}

# adapter VERSION: AWS's Lambda Web Adapter, which its registry has as source. It
# is compiled fast, and not to be fast.
adapter() {
	local dir=$tools/adapter
	[ "$(cat "$dir/installed" 2>/dev/null)" != "$1" ] || return 0
	if ! has cargo; then
		say "without cargo there is no Lambda Web Adapter, and its test is skipped"
		return 0
	fi
	say "building with cargo: lambda_web_adapter $1"
	CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256 \
		cargo install -q --locked --force --root "$dir" --target-dir "$dir/build" --version "$1" lambda_web_adapter ||
		{ say "lambda_web_adapter $1 could not be built, and its test is skipped"; rm -rf "$dir"; return 0; }
	rm -rf "$dir/build"
	echo "$1" >"$dir/installed"
}

system
requirements=(scripts/requirements-demo.txt)
packs=(nodejs6.10)
if [ "$what" = test ]; then
	requirements+=(scripts/requirements-test.txt)
	packs+=(nodejs20.x nodejs22.x python3.12 java17)
	adapter 1.0.0-rc1 & # while others are waited for
	building=$!
	browser
	node_packages test/sdk/js
	node_packages test/functions/packages
	java_libraries test/sdk/dynamodb/java/pom.xml
fi
python "${requirements[@]}"
source scripts/env.sh
go run ./cmd/cloudless runtime install "${packs[@]}" >&2
[ -z "${building:-}" ] || wait "$building"
