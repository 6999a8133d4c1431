#!/usr/bin/env bash
# "Serverless architecture with AWS", the article, command by command, against
# a server of its own. Any answer that deviates ends it with an error.
#
#   make demo             sets up what this needs and runs it
#   make demo KEEP=1      leaves the server running
set -euo pipefail
cd "$(dirname "$0")/../.."
source scripts/env.sh

account=358896327293 # the article's
work=$(mktemp -d)
cloudless=$PWD/bin/cloudless
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

bold "0. What the article has in its own bucket, which everybody may read: the function's code, the role's policy"
(cd examples/article && python3 -m zipfile -c "$work/putitem.zip" putitem.js)
step aws s3 mb s3://byteagenten-public
step aws s3 cp --no-progress "$work/putitem.zip" s3://byteagenten-public/blog/aws-serverless/putitem.zip
step aws s3 cp --no-progress examples/article/iam-role-lambda-policy.json \
	s3://byteagenten-public/blog/aws-serverless/iam-role-lambda-policy.json
step aws s3api delete-public-access-block --bucket byteagenten-public
step aws s3api put-bucket-policy --bucket byteagenten-public --policy '{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::byteagenten-public/*"}]}'

bold "1. DynamoDB"
step aws dynamodb create-table --table-name user \
	--attribute-definitions AttributeName=uid,AttributeType=S \
	--key-schema AttributeName=uid,KeyType=HASH \
	--provisioned-throughput ReadCapacityUnits=5,WriteCapacityUnits=5
aws dynamodb wait table-exists --table-name user

bold "2. Lambda function"
step aws iam create-role --role-name lambda-dynamodb-execution-role \
	--assume-role-policy-document "$AWS_ENDPOINT_URL/byteagenten-public/blog/aws-serverless/iam-role-lambda-policy.json"
step aws iam attach-role-policy --role-name lambda-dynamodb-execution-role \
	--policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
step aws iam attach-role-policy --role-name lambda-dynamodb-execution-role \
	--policy-arn arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess
step aws lambda create-function \
	--function-name putitem \
	--code S3Bucket=byteagenten-public,S3Key=blog/aws-serverless/putitem.zip \
	--role arn:aws:iam::$account:role/lambda-dynamodb-execution-role \
	--handler putitem.handler \
	--runtime nodejs6.10
function_arn=$(field FunctionArn)
aws lambda wait function-active --function-name putitem

bold "3. API Gateway"
step aws apigateway create-rest-api --name serverless-backend
api_id=$(field id)
step aws apigateway get-resources --rest-api-id "$api_id"
resource_id=$(python3 -c 'import json,sys; print(json.load(sys.stdin)["items"][0]["id"])' <<<"$answer")
step aws apigateway put-method --rest-api-id "$api_id" --resource-id "$resource_id" \
	--http-method POST --authorization-type NONE
step aws apigateway put-integration --rest-api-id "$api_id" --resource-id "$resource_id" \
	--http-method POST --type AWS --integration-http-method POST \
	--uri "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/$function_arn/invocations"
step aws apigateway put-method-response --rest-api-id "$api_id" --resource-id "$resource_id" \
	--http-method POST --status-code 200 --response-models '{"application/json": "Empty"}'
step aws apigateway put-integration-response --rest-api-id "$api_id" --resource-id "$resource_id" \
	--http-method POST --status-code 200 --response-templates '{"application/json": ""}'
step aws apigateway create-deployment --rest-api-id "$api_id" --stage-name prod

url=http://$api_id.execute-api.localhost:$port/prod/
body='{"uid":"1","username":"me","email":"me@company.com"}'

bold "Before API Gateway may invoke the function, the API can only fail"
step curl -sS -X POST -d "$body" "$url"
expect "the answer without permission" "$answer" '{"message": "Internal server error"}'

step aws lambda add-permission --function-name putitem --statement-id apigateway-prod \
	--action lambda:InvokeFunction --principal apigateway.amazonaws.com \
	--source-arn "arn:aws:execute-api:us-east-1:$account:$api_id/prod/POST/"

bold "Try out"
step curl -sS -X POST -d "$body" "$url"
expect "the API's answer" "$answer" '"Put user me with email me@company.com to DynamoDB."'
promised=$answer
step aws dynamodb scan --table-name user
item=$(python3 -c 'import json,sys; print(json.dumps(json.load(sys.stdin)["Items"], sort_keys=True))' <<<"$answer")
expect "the scanned items" "$item" '[{"email": {"S": "me@company.com"}, "uid": {"S": "1"}, "username": {"S": "me"}}]'

bold "What the function logged"
lines=0
for _ in $(seq 50); do
	log=$("$cloudless" logs putitem 2>/dev/null || true)
	if grep -q REPORT <<<"$log"; then lines=1; break; fi
	sleep 0.1
done
[ $lines = 1 ] || fail "the function's log has no REPORT line"
printf '%s\n' "$log"

bold "As the article promises"
printf '%s\n%s\n' "$promised" "$item"

if [ -n "${KEEP:-}" ]; then
	cat <<-KEPT

	The server runs on, as process $server, with its data in $CLOUDLESS_DATA. To talk to it:
	  source $PWD/scripts/env.sh   # the AWS CLI that was set up
	  export CLOUDLESS_DATA=$CLOUDLESS_DATA
	  eval "\$($cloudless env)"
	  curl -X POST -d '$body' $url
	  $cloudless logs -f putitem
	To stop it, and to leave nothing behind:
	  kill $server && rm -r $work
	KEPT
fi
