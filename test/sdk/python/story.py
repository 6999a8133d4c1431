"""The article's story, told by boto3. The environment says where the server is."""

import json
import os
import sys
import time
import urllib.request

import boto3
from botocore.exceptions import ClientError

HANDLER = os.environ["STORY_HANDLER"]
ARCHIVE = os.environ["STORY_ARCHIVE"]
ACCOUNT = os.environ["STORY_ACCOUNT"]
PORT = os.environ["STORY_PORT"]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def post(url, body):
    request = urllib.request.Request(url, data=body.encode(), method="POST")
    request.add_header("Host", url.split("/")[2])
    # The name resolves to the loopback everywhere but in old resolvers.
    request.full_url = url.replace(url.split("/")[2], f"127.0.0.1:{PORT}")
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()


def refused(code, call, **arguments):
    try:
        call(**arguments)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e.response
        return
    raise AssertionError(f"not refused with {code}")


def main():
    dynamodb = boto3.client("dynamodb")
    dynamodb.create_table(
        TableName="user",
        AttributeDefinitions=[{"AttributeName": "uid", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "uid", "KeyType": "HASH"}],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    )
    dynamodb.get_waiter("table_exists").wait(TableName="user")
    refused("ResourceInUseException", dynamodb.create_table, TableName="user",
            AttributeDefinitions=[{"AttributeName": "uid", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "uid", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST")

    iam = boto3.client("iam")
    role = iam.create_role(RoleName="writer", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]
    assert role["AssumeRolePolicyDocument"] == TRUST, role
    for policy in ("service-role/AWSLambdaBasicExecutionRole", "AmazonDynamoDBFullAccess"):
        iam.attach_role_policy(RoleName="writer", PolicyArn=f"arn:aws:iam::aws:policy/{policy}")

    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="code")
    s3.upload_file(ARCHIVE, "code", "putitem.zip")
    functions = boto3.client("lambda")
    function = functions.create_function(
        FunctionName="putitem", Code={"S3Bucket": "code", "S3Key": "putitem.zip"}, Role=role["Arn"],
        Handler=HANDLER, Runtime="nodejs6.10",
    )
    functions.get_waiter("function_active").wait(FunctionName="putitem")

    gateway = boto3.client("apigateway")
    api = gateway.create_rest_api(name="serverless-backend")["id"]
    root = gateway.get_resources(restApiId=api)["items"][0]["id"]
    method = {"restApiId": api, "resourceId": root, "httpMethod": "POST"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(
        **method, type="AWS", integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{function['FunctionArn']}/invocations",
    )
    gateway.put_method_response(**method, statusCode="200", responseModels={"application/json": "Empty"})
    gateway.put_integration_response(**method, statusCode="200", responseTemplates={"application/json": ""})
    gateway.create_deployment(restApiId=api, stageName="prod")
    functions.add_permission(
        FunctionName="putitem", StatementId="apigateway-prod", Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com", SourceArn=f"arn:aws:execute-api:us-east-1:{ACCOUNT}:{api}/prod/POST/",
    )
    answer = post(f"http://{api}.execute-api.localhost:{PORT}/prod/",
                  '{"uid":"1","username":"me","email":"me@company.com"}')
    assert answer == '"Put user me with email me@company.com to DynamoDB."', answer
    items = dynamodb.scan(TableName="user")["Items"]
    assert items == [{"uid": {"S": "1"}, "username": {"S": "me"}, "email": {"S": "me@company.com"}}], items

    logs = boto3.client("logs")
    for _ in range(50):
        try:
            events = logs.filter_log_events(logGroupName="/aws/lambda/putitem", filterPattern="REPORT")["events"]
        except ClientError:
            events = []
        if events:
            break
        time.sleep(0.1)
    else:
        raise AssertionError("no REPORT line")
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
