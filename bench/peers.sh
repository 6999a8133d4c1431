#!/usr/bin/env bash
# Installs what `go run ./bench -only compare` compares cloudless with, into
# .tools/bench; what is there already is left alone. All of them are under open
# licences. A server that is under other terms can be compared too: start it
# yourself and name it with -peer.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$PWD/.tools/bench
dynalite=4.0.0
python=(moto[server,dynamodb]==5.2.5 ministack==1.5.33)

for tool in node npm python3; do
	command -v "$tool" >/dev/null || { echo "peers: $tool is missing" >&2; exit 1; }
done
if [ "$(cat "$dir/dynalite/installed" 2>/dev/null)" != "$dynalite" ]; then
	echo "peers: installing dynalite $dynalite with npm" >&2
	rm -rf "$dir/dynalite"
	mkdir -p "$dir/dynalite"
	(cd "$dir/dynalite" && echo '{"private":true}' >package.json && npm install --silent --no-audit --no-fund --ignore-scripts "dynalite@$dynalite" >/dev/null)
	echo "$dynalite" >"$dir/dynalite/installed"
fi
if [ "$(cat "$dir/python/installed" 2>/dev/null)" != "${python[*]}" ]; then
	echo "peers: installing ${python[*]} with pip" >&2
	rm -rf "$dir/python"
	python3 -m venv "$dir/python"
	"$dir/python/bin/pip" install -q --disable-pip-version-check "${python[@]}"
	echo "${python[*]}" >"$dir/python/installed"
fi
