#!/usr/bin/env bash
# Installs what `go run ./bench -only compare,functionpeers` compares cloudless with, into
# .tools/bench; what is there already is left alone. All of them are under open
# licences. A server that is under other terms can be compared too: start it
# yourself and name it with -peer.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$PWD/.tools/bench
dynalite=4.0.0
python=(moto[server,dynamodb]==5.2.5 ministack==1.5.33 awslambdaric==4.2.2)
offline=(osls@4.3.1 serverless-offline@14.8.2)
rie=v0.0.0-20261030222936-bef5c4ba774d

for tool in node npm python3 go; do
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
if [ "$(cat "$dir/offline/installed" 2>/dev/null)" != "${offline[*]}" ]; then
	echo "peers: installing ${offline[*]} with npm" >&2
	rm -rf "$dir/offline"
	mkdir -p "$dir/offline"
	# serverless-offline asks for the Serverless Framework, of which osls is the free fork.
	(cd "$dir/offline" && echo '{"private":true}' >package.json && npm install --silent --no-audit --no-fund --ignore-scripts --legacy-peer-deps "${offline[@]}" >/dev/null)
	echo "${offline[*]}" >"$dir/offline/installed"
fi
if [ "$(cat "$dir/rie/installed" 2>/dev/null)" != "$rie" ]; then
	echo "peers: building AWS's Lambda Runtime Interface Emulator $rie with Go" >&2
	rm -rf "$dir/rie"
	mkdir -p "$dir/rie"
	GOBIN="$dir/rie" go install "github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie@$rie"
	echo "$rie" >"$dir/rie/installed"
fi
