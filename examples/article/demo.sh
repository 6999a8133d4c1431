#!/usr/bin/env bash
# "Serverless architecture with AWS", the article, command by command, against
# a server of its own. Any answer that deviates ends it with an error.
#
#   make demo             sets up what this needs and runs it
#   make demo KEEP=1      leaves the server running
set -euo pipefail
cd "$(dirname "$0")/../.."

account=358896327293 # the article's
source examples/demo.sh

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

kept "curl -X POST -d '$body' $url" "$cloudless logs -f putitem"
