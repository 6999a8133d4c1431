#!/usr/bin/env bash
# What the article leaves to its readers: GET requests for items, an API secured
# by authentication, mappings of JSON. A small user directory, built with the
# AWS CLI alone. Any answer that deviates ends it with an error.
#
#   make demo-crud             sets up what this needs and runs it
#   make demo-crud KEEP=1      leaves the server running
set -euo pipefail
cd "$(dirname "$0")/../.."

account=358896327293
source examples/demo.sh
cd examples/crud

gateway() { aws apigateway "$@" --rest-api-id "$api"; }

# request METHOD PATH [CURL-OPTION…]: prints the call; keeps its body in
# $answer and its status in $status.
request() {
	local method=$1 path=$2
	shift 2
	printf '\n%s$%s%s\n' "$tint" "$(quoted curl -X "$method" "$@" "$url$path")" "$plain"
	answer=$(curl -sS -X "$method" -w '\n%{http_code}' "$@" "$url$path") || fail "curl failed"
	status=${answer##*$'\n'} answer=${answer%$'\n'*}
	printf '%s %s\n' "$status" "$answer"
}

# answered STATUS BODY: what the last request has to have had for an answer,
# whatever the order of the members.
answered() {
	expect "the status" "$status" "$1"
	same() { python3 -c 'import json,sys; print(json.dumps(json.loads(sys.argv[1]), sort_keys=True))' "$1"; }
	expect "the answer" "$(same "$answer")" "$(same "$2")"
}

bold "1. The table, and two functions: one that writes users, one that says who may"
step aws dynamodb create-table --table-name users --billing-mode PAY_PER_REQUEST \
	--attribute-definitions AttributeName=uid,AttributeType=S --key-schema AttributeName=uid,KeyType=HASH
aws dynamodb wait table-exists --table-name users
trust() { printf '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "%s"}, "Action": "sts:AssumeRole"}]}' "$1"; }
step aws iam create-role --role-name users-function --assume-role-policy-document "$(trust lambda.amazonaws.com)"
step aws iam attach-role-policy --role-name users-function --policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
step aws iam put-role-policy --role-name users-function --policy-name write --policy-document '{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": ["dynamodb:PutItem", "dynamodb:DeleteItem"], "Resource": "arn:aws:dynamodb:us-east-1:'$account':table/users"}]}'
for name in users authorizer; do
	python3 -m zipfile -c "$work/$name.zip" $name.js
	step aws lambda create-function --function-name $name --runtime nodejs22.x --handler $name.handler --timeout 20 \
		--role arn:aws:iam::$account:role/users-function --zip-file "fileb://$work/$name.zip" --environment 'Variables={TABLE=users}'
	aws lambda wait function-active-v2 --function-name $name
done

bold "2. The API: /users and /users/{uid}"
step aws apigateway create-rest-api --name users
api=$(field id) root=$(field rootResourceId)
step gateway create-resource --parent-id "$root" --path-part users
users=$(field id)
step gateway create-resource --parent-id "$users" --path-part '{uid}'
user=$(field id)
lambda() { printf 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:%s:function:%s/invocations' $account "$1"; }
step gateway create-authorizer --name tokens --type TOKEN --identity-source method.request.header.Authorization \
	--authorizer-uri "$(lambda authorizer)" --authorizer-result-ttl-in-seconds 60
authorizer=$(field id)
step gateway create-model --name User --content-type application/json --schema "$(cat user.schema.json)"
step gateway create-request-validator --name body --validate-request-body
validator=$(field id)

bold "3. POST, PUT and DELETE go to the function, for those whom the authorizer knows, with bodies that fit the model"
write() { # METHOD RESOURCE [OPTION…]
	local method=$1 resource=$2
	shift 2
	step gateway put-method --resource-id "$resource" --http-method "$method" --authorization-type CUSTOM --authorizer-id "$authorizer" "$@"
	step gateway put-integration --resource-id "$resource" --http-method "$method" --type AWS_PROXY --integration-http-method POST --uri "$(lambda users)"
}
write POST "$users" --request-validator-id "$validator" --request-models application/json=User
write PUT "$user" --request-models application/json=Empty
write DELETE "$user"

bold "4. GET goes to DynamoDB itself, with templates both ways, for those who have an API key"
step aws iam create-role --role-name users-api --assume-role-policy-document "$(trust apigateway.amazonaws.com)"
step aws iam put-role-policy --role-name users-api --policy-name read --policy-document '{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:Scan"], "Resource": "arn:aws:dynamodb:us-east-1:'$account':table/users"}]}'
read_() { # RESOURCE ACTION TEMPLATES
	step gateway put-method --resource-id "$1" --http-method GET --authorization-type NONE --api-key-required
	step gateway put-integration --resource-id "$1" --http-method GET --type AWS --integration-http-method POST \
		--uri arn:aws:apigateway:us-east-1:dynamodb:action/"$2" --credentials arn:aws:iam::$account:role/users-api \
		--request-templates "$(python3 -c 'import json,sys; print(json.dumps({"application/json": open(sys.argv[1]).read()}))' "templates/$3-request.vtl")"
	step gateway put-method-response --resource-id "$1" --http-method GET --status-code 200 --response-models application/json=Empty
	step gateway put-integration-response --resource-id "$1" --http-method GET --status-code 200 \
		--response-templates "$(python3 -c 'import json,sys; print(json.dumps({"application/json": open(sys.argv[1]).read()}))' "templates/$3-response.vtl")"
}
read_ "$users" Scan getusers
read_ "$user" GetItem getuser

bold "5. It is deployed; a usage plan lets its key make ten requests a week"
publish() { # NAME OF THE USAGE PLAN
	step gateway create-deployment --stage-name prod --variables table=users
	for name in users authorizer; do
		step aws lambda add-permission --function-name $name --statement-id "api-$api" --action lambda:InvokeFunction \
			--principal apigateway.amazonaws.com --source-arn "arn:aws:execute-api:us-east-1:$account:$api/*"
	done
	step aws apigateway create-usage-plan --name "$1" --api-stages "apiId=$api,stage=prod" --quota limit=10,period=WEEK
	step aws apigateway create-usage-plan-key --usage-plan-id "$(field id)" --key-id "$key" --key-type API_KEY
	url=http://$api.execute-api.localhost:${AWS_ENDPOINT_URL##*:}/prod
}
step aws apigateway create-api-key --name reader --enabled --value reader-s-key-of-twenty-bytes
key=$(field id)
publish readers

alice='Authorization: Bearer alice-s-token' bob='Authorization: Bearer bob-s-token' reader='x-api-key: reader-s-key-of-twenty-bytes'
json='Content-Type: application/json'

# try_out goes through the directory; it is empty before and after.
try_out() {
	bold "Who does not sign in may not write"
	request POST /users -H "$json" -d '{"uid": "1", "username": "me", "email": "me@company.com"}'
	answered 401 '{"message": "Unauthorized"}'
	request POST /users -H "$json" -H 'Authorization: Bearer nobody' -d '{}'
	answered 401 '{"message": "Unauthorized"}'

	bold "Who does may, if what is written is a user, and a new one"
	request POST /users -H "$json" -H "$alice" -d '{"uid": "1", "username": "me"}'
	answered 400 '{"message": "Invalid request body"}'
	request POST /users -H "$json" -H "$alice" -d '{"uid": "1", "username": "me", "email": "me@company.com"}'
	answered 201 '{"uid": "1", "username": "me", "email": "me@company.com", "createdBy": "alice"}'
	request POST /users -H "$json" -H "$bob" -d '{"uid": "1", "username": "you", "email": "you@company.com"}'
	answered 409 '{"message": "there is such a user"}'
	request POST /users -H "$json" -H "$bob" -d '{"uid": "2", "username": "\"you\"", "email": "you@company.com"}'
	answered 201 '{"uid": "2", "username": "\"you\"", "email": "you@company.com", "createdBy": "bob"}'
	request PUT /users/1 -H "$json" -H "$bob" -d '{"username": "me", "email": "me@home.org"}'
	answered 200 '{"uid": "1", "username": "me", "email": "me@home.org", "createdBy": "bob"}'

	bold "Reading takes a key"
	request GET /users/1
	answered 403 '{"message": "Forbidden"}'
	request GET /users/1 -H "$reader"
	answered 200 '{"uid": "1", "username": "me", "email": "me@home.org", "createdBy": "bob"}'
	request GET /users/3 -H "$reader"
	answered 404 '{"message": "there is no such user"}'

	bold "bob may not delete, alice may"
	request DELETE /users/2 -H "$bob"
	answered 403 '{"Message": "User is not authorized to access this resource"}'
	request DELETE /users/2 -H "$alice"
	answered 200 '{"deleted": "2"}'
	request DELETE /users/2 -H "$alice"
	answered 404 '{"message": "there is no such user"}'
	request GET /users -H "$reader"
	answered 200 '{"count": 1, "users": [{"uid": "1", "username": "me"}]}'
	request DELETE /users/1 -H "$alice"
	answered 200 '{"deleted": "1"}'
}
try_out

bold "Ten requests are the quota"
for _ in 4 5 6 7 8 9 10; do
	request GET /users -H "$reader"
	answered 200 '{"count": 0, "users": []}'
done
request GET /users -H "$reader"
answered 429 '{"message": "Limit Exceeded"}'

bold "6. The same API once more, from the OpenAPI document of the first"
step gateway get-export --stage-name prod --export-type oas30 --parameters extensions=apigateway --accepts application/yaml "$work/users.yaml"
cat "$work/users.yaml"
step aws apigateway import-rest-api --body "fileb://$work/users.yaml"
api=$(field id)
publish more-readers
try_out

bold "The user directory holds what it should"
kept "curl -H '$reader' $url/users" "$cloudless logs -f users"
