// The article's story, told by the AWS SDK for JavaScript v3.
'use strict';

const assert = require('assert');
const fs = require('fs');
const http = require('http');
const {DynamoDB, waitUntilTableExists} = require('@aws-sdk/client-dynamodb');
const {IAM} = require('@aws-sdk/client-iam');
const {S3} = require('@aws-sdk/client-s3');
const {Lambda, waitUntilFunctionActiveV2} = require('@aws-sdk/client-lambda');
const {APIGateway} = require('@aws-sdk/client-api-gateway');

const {STORY_HANDLER, STORY_ARCHIVE, STORY_ACCOUNT, STORY_PORT} = process.env;
const options = {maxAttempts: 1}; // AWS_ENDPOINT_URL and AWS_REGION say the rest

const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{Effect: 'Allow', Principal: {Service: 'lambda.amazonaws.com'}, Action: 'sts:AssumeRole'}],
});

function post(host, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({host: '127.0.0.1', port: STORY_PORT, path, method: 'POST', headers: {Host: host}}, (response) => {
      let text = '';
      response.on('data', (part) => { text += part; });
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
    request.end(body);
  });
}

async function story() {
  const dynamodb = new DynamoDB(options);
  await dynamodb.createTable({
    TableName: 'user',
    AttributeDefinitions: [{AttributeName: 'uid', AttributeType: 'S'}],
    KeySchema: [{AttributeName: 'uid', KeyType: 'HASH'}],
    ProvisionedThroughput: {ReadCapacityUnits: 5, WriteCapacityUnits: 5},
  });
  await waitUntilTableExists({client: dynamodb, maxWaitTime: 30, minDelay: 1}, {TableName: 'user'});
  await assert.rejects(dynamodb.describeTable({TableName: 'nosuch'}), {name: 'ResourceNotFoundException'});

  const iam = new IAM(options);
  const role = (await iam.createRole({RoleName: 'writer', AssumeRolePolicyDocument: trust})).Role;
  for (const policy of ['service-role/AWSLambdaBasicExecutionRole', 'AmazonDynamoDBFullAccess']) {
    await iam.attachRolePolicy({RoleName: 'writer', PolicyArn: 'arn:aws:iam::aws:policy/' + policy});
  }

  const s3 = new S3({...options, forcePathStyle: true});
  await s3.createBucket({Bucket: 'code'});
  await s3.putObject({Bucket: 'code', Key: 'putitem.zip', Body: fs.readFileSync(STORY_ARCHIVE)});
  const back = await s3.getObject({Bucket: 'code', Key: 'putitem.zip'});
  assert.deepStrictEqual(Buffer.from(await back.Body.transformToByteArray()), fs.readFileSync(STORY_ARCHIVE));
  const lambda = new Lambda(options);
  const fn = await lambda.createFunction({
    FunctionName: 'putitem', Code: {S3Bucket: 'code', S3Key: 'putitem.zip'}, Role: role.Arn,
    Handler: STORY_HANDLER, Runtime: 'nodejs6.10',
  });
  await waitUntilFunctionActiveV2({client: lambda, maxWaitTime: 60, minDelay: 1}, {FunctionName: 'putitem'});

  const gateway = new APIGateway(options);
  const restApiId = (await gateway.createRestApi({name: 'serverless-backend'})).id;
  const resourceId = (await gateway.getResources({restApiId})).items[0].id;
  const method = {restApiId, resourceId, httpMethod: 'POST'};
  await gateway.putMethod({...method, authorizationType: 'NONE'});
  await gateway.putIntegration({
    ...method, type: 'AWS', integrationHttpMethod: 'POST',
    uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${fn.FunctionArn}/invocations`,
  });
  await gateway.putMethodResponse({...method, statusCode: '200', responseModels: {'application/json': 'Empty'}});
  await gateway.putIntegrationResponse({...method, statusCode: '200', responseTemplates: {'application/json': ''}});
  await gateway.createDeployment({restApiId, stageName: 'prod'});
  await lambda.addPermission({
    FunctionName: 'putitem', StatementId: 'apigateway-prod', Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com', SourceArn: `arn:aws:execute-api:us-east-1:${STORY_ACCOUNT}:${restApiId}/prod/POST/`,
  });

  const answer = await post(`${restApiId}.execute-api.localhost:${STORY_PORT}`, '/prod/', '{"uid":"1","username":"me","email":"me@company.com"}');
  assert.strictEqual(answer, '"Put user me with email me@company.com to DynamoDB."');
  const {Items} = await dynamodb.scan({TableName: 'user'});
  assert.deepStrictEqual(Items, [{uid: {S: '1'}, username: {S: 'me'}, email: {S: 'me@company.com'}}]);
  console.log('ok');
}

story().catch((error) => { console.error(error); process.exit(1); });
