# What the demos share: a server of their own, and steps that are shown and
# checked. To be sourced, from the root of the repository, with the account in
# $account.
source scripts/env.sh

work=$(mktemp -d)
cloudless=${CLOUDLESS:-$PWD/bin/cloudless}
export CLOUDLESS_DATA=$work/data

if [ -t 1 ]; then strong=$'\033[1m' tint=$'\033[36m' plain=$'\033[0m'; else strong='' tint='' plain=''; fi

bold() { printf '\n%s%s%s\n' "$strong" "$*" "$plain"; }
fail() { printf '\ndemo: %s\n' "$*" >&2; exit 1; }

# quoted WORD…: the words as one would type them.
quoted() {
	local word
	for word; do
		case $word in
		'' | *[!A-Za-z0-9_./:=@%+,-]*) printf " '%s'" "${word//\'/\'\\\'\'}" ;;
		*) printf ' %s' "$word" ;;
		esac
	done
}

# step COMMAND…: prints the command, runs it, prints its answer, keeps it in $answer.
step() {
	printf '\n%s$%s%s\n' "$tint" "$(quoted "$@")" "$plain"
	answer=$("$@") || fail "the command failed: $*"
	[ -z "$answer" ] || printf '%s\n' "$answer"
}

# field NAME: a top-level member of the answer.
field() { python3 -c 'import json,sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1" <<<"$answer"; }

# expect WHAT GOT WANTED
expect() { [ "$2" = "$3" ] || fail "$1: got $2, expected $3"; }

server=
finish() {
	local code=$?
	if [ -n "$server" ] && { [ -z "${KEEP:-}" ] || [ $code -ne 0 ]; }; then
		kill "$server" 2>/dev/null || true
		wait "$server" 2>/dev/null || true
		rm -rf "$work"
	fi
	exit $code
}
trap finish EXIT

bold "Starting cloudless with a data directory of its own"
# A server that is to stay must not end with the terminal.
command -v setsid >/dev/null && stay=setsid || stay=nohup
${KEEP:+$stay} "$cloudless" start --listen 127.0.0.1:0 --account $account </dev/null >"$work/out" 2>"$work/err" &
server=$!
for _ in $(seq 600); do
	[ -f "$CLOUDLESS_DATA/server.json" ] && break
	kill -0 "$server" 2>/dev/null || { cat "$work/err" >&2; fail "the server did not start"; }
	sleep 0.05
done
[ -f "$CLOUDLESS_DATA/server.json" ] || fail "the server is not ready after half a minute"
cat "$work/err" # of what this machine cannot do, if anything
eval "$("$cloudless" env)"
# Nothing of the configuration that the user has for AWS.
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_DEFAULT_OUTPUT=json AWS_PAGER=
head -1 "$work/out"
port=${AWS_ENDPOINT_URL##*:}

# kept COMMAND…: says how to go on with a server that was to stay.
kept() {
	[ -n "${KEEP:-}" ] || return 0
	printf '\n%s\n' "The server runs on, as process $server, with its data in $CLOUDLESS_DATA. To talk to it:"
	printf '  %s\n' "source $PWD/scripts/env.sh   # the AWS CLI that was set up" "export CLOUDLESS_DATA=$CLOUDLESS_DATA" \
		"eval \"\$($cloudless env)\"" "$@"
	printf '%s\n  %s\n' "To stop it, and to leave nothing behind:" "kill $server && rm -r $work"
}
