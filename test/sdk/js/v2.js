// The article's story, told by the AWS SDK for JavaScript v2.
'use strict';

const assert = require('assert');
const fs = require('fs');
const http = require('http');
const AWS = require('aws-sdk');

const {AWS_ENDPOINT_URL: endpoint, STORY_HANDLER, STORY_ARCHIVE, STORY_ACCOUNT, STORY_PORT} = process.env;
const options = {endpoint, region: 'us-east-1', maxRetries: 0, s3ForcePathStyle: true}; // v2 does not read AWS_ENDPOINT_URL

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
  const dynamodb = new AWS.DynamoDB(options);
  await dynamodb.createTable({
    TableName: 'user',
    AttributeDefinitions: [{AttributeName: 'uid', AttributeType: 'S'}],
    KeySchema: [{AttributeName: 'uid', KeyType: 'HASH'}],
    ProvisionedThroughput: {ReadCapacityUnits: 5, WriteCapacityUnits: 5},
  }).promise();
  await dynamodb.waitFor('tableExists', {TableName: 'user'}).promise();
  await assert.rejects(dynamodb.describeTable({TableName: 'nosuch'}).promise(), {code: 'ResourceNotFoundException'});

  const iam = new AWS.IAM(options);
  const role = (await iam.createRole({RoleName: 'writer', AssumeRolePolicyDocument: trust}).promise()).Role;
  for (const policy of ['service-role/AWSLambdaBasicExecutionRole', 'AmazonDynamoDBFullAccess']) {
    await iam.attachRolePolicy({RoleName: 'writer', PolicyArn: 'arn:aws:iam::aws:policy/' + policy}).promise();
  }

  const s3 = new AWS.S3(options);
  await s3.createBucket({Bucket: 'code'}).promise();
  await s3.upload({Bucket: 'code', Key: 'putitem.zip', Body: fs.createReadStream(STORY_ARCHIVE)}).promise();
  const lambda = new AWS.Lambda(options);
  const fn = await lambda.createFunction({
    FunctionName: 'putitem', Code: {S3Bucket: 'code', S3Key: 'putitem.zip'}, Role: role.Arn,
    Handler: STORY_HANDLER, Runtime: 'nodejs6.10',
  }).promise();
  await lambda.waitFor('functionActive', {FunctionName: 'putitem'}).promise();

  const gateway = new AWS.APIGateway(options);
  const restApiId = (await gateway.createRestApi({name: 'serverless-backend'}).promise()).id;
  const resourceId = (await gateway.getResources({restApiId}).promise()).items[0].id;
  const method = {restApiId, resourceId, httpMethod: 'POST'};
  await gateway.putMethod({...method, authorizationType: 'NONE'}).promise();
  await gateway.putIntegration({
    ...method, type: 'AWS', integrationHttpMethod: 'POST',
    uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${fn.FunctionArn}/invocations`,
  }).promise();
  await gateway.putMethodResponse({...method, statusCode: '200', responseModels: {'application/json': 'Empty'}}).promise();
  await gateway.putIntegrationResponse({...method, statusCode: '200', responseTemplates: {'application/json': ''}}).promise();
  await gateway.createDeployment({restApiId, stageName: 'prod'}).promise();
  await lambda.addPermission({
    FunctionName: 'putitem', StatementId: 'apigateway-prod', Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com', SourceArn: `arn:aws:execute-api:us-east-1:${STORY_ACCOUNT}:${restApiId}/prod/POST/`,
  }).promise();

  const answer = await post(`${restApiId}.execute-api.localhost:${STORY_PORT}`, '/prod/', '{"uid":"1","username":"me","email":"me@company.com"}');
  assert.strictEqual(answer, '"Put user me with email me@company.com to DynamoDB."');
  const items = (await dynamodb.scan({TableName: 'user'}).promise()).Items;
  assert.deepStrictEqual(items, [{uid: {S: '1'}, username: {S: 'me'}, email: {S: 'me@company.com'}}]);
  console.log('ok');
}

story().catch((error) => { console.error(error); process.exit(1); });
