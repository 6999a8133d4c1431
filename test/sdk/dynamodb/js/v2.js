// DynamoDB's story, told by the AWS SDK for JavaScript v2: its client, its
// DocumentClient, and dynamodb-doc, which came before that and speaks with the
// parameters from before there were expressions.
'use strict';

const assert = require('assert');
const AWS = require('aws-sdk');
const DOC = require('dynamodb-doc');
const {tell, refused, eventually, pkAndSk, range} = require('./tell');

AWS.config.update({endpoint: process.env.AWS_ENDPOINT_URL, region: 'us-east-1', maxRetries: 0}); // v2 does not read AWS_ENDPOINT_URL
const client = new AWS.DynamoDB();
const doc = new AWS.DynamoDB.DocumentClient();
const old = new DOC.DynamoDB();
const streams = new AWS.DynamoDBStreams();

// oldCall calls dynamodb-doc, which has callbacks alone.
const oldCall = (operation, params) => new Promise((resolve, reject) => {
  old[operation](params, (error, data) => (error ? reject(error) : resolve(data)));
});

async function make(TableName, more) {
  await client.createTable({TableName, ...pkAndSk, ...more}).promise();
  await client.waitFor('tableExists', {TableName}).promise();
}

async function tables() {
  const created = (await client.createTable({
    TableName: 'music',
    AttributeDefinitions: [['Artist', 'S'], ['Song', 'S'], ['Genre', 'S']].map(([AttributeName, AttributeType]) => ({AttributeName, AttributeType})),
    KeySchema: [{AttributeName: 'Artist', KeyType: 'HASH'}, {AttributeName: 'Song', KeyType: 'RANGE'}],
    GlobalSecondaryIndexes: [{
      IndexName: 'by-genre', KeySchema: [{AttributeName: 'Genre', KeyType: 'HASH'}],
      Projection: {ProjectionType: 'INCLUDE', NonKeyAttributes: ['Price']}, ProvisionedThroughput: {ReadCapacityUnits: 3, WriteCapacityUnits: 2},
    }],
    ProvisionedThroughput: {ReadCapacityUnits: 5, WriteCapacityUnits: 4},
  }).promise()).TableDescription;
  assert.strictEqual(created.TableStatus, 'CREATING');
  await client.waitFor('tableExists', {TableName: 'music'}).promise();
  const {Table} = await client.describeTable({TableName: 'music'}).promise();
  assert.deepStrictEqual([Table.TableStatus, Table.GlobalSecondaryIndexes[0].IndexStatus, Table.ItemCount], ['ACTIVE', 'ACTIVE', 0]);
  assert.strictEqual((await refused('ResourceInUseException', make('music'))).message, 'Table already exists: music');
  for (const name of ['list-a', 'list-b', 'list-c']) await make(name);
  const first = await client.listTables({Limit: 3}).promise();
  assert.deepStrictEqual(first, {TableNames: ['list-a', 'list-b', 'list-c'], LastEvaluatedTableName: 'list-c'});
  assert.deepStrictEqual(await client.listTables({ExclusiveStartTableName: 'list-c'}).promise(), {TableNames: ['music']});
  assert.strictEqual((await client.deleteTable({TableName: 'music'}).promise()).TableDescription.TableStatus, 'DELETING');
  await client.waitFor('tableNotExists', {TableName: 'music'}).promise();
  await refused('ResourceNotFoundException', client.describeTable({TableName: 'music'}).promise());
}

async function items() {
  await make('items');
  const at = {TableName: 'items'}, Key = {pk: 'a', sk: 1};
  const whole = {
    ...Key, text: 'ä😀', none: null, yes: true, empty: '', n: 1.5, bytes: Buffer.from([0, 255]), list: [1, 'two', [null, {three: 3}]], map: {deep: {er: []}},
    words: doc.createSet(['a', 'b']), numbers: doc.createSet([1, 2.5]),
  };
  await doc.put({...at, Item: whole}).promise();
  const {Item} = await doc.get({...at, Key, ConsistentRead: true}).promise();
  assert.deepStrictEqual([Item.words.values, Item.numbers.values, Item.words.type], [['a', 'b'], [1, 2.5], 'String']);
  assert.deepStrictEqual({...Item, words: 0, numbers: 0}, {...whole, words: 0, numbers: 0});
  const {Attributes} = await doc.update({
    ...at, Key, ReturnValues: 'UPDATED_NEW', ExpressionAttributeNames: {'#l': 'list'},
    UpdateExpression: 'SET #l = list_append(#l, :two), n = n + :one ADD hits :one REMOVE yes',
    ExpressionAttributeValues: {':two': [2], ':one': 1},
  }).promise();
  assert.deepStrictEqual(Attributes, {list: [1, 'two', [null, {three: 3}], 2], n: 2.5, hits: 1});

  // dynamodb-doc, as its README has it
  await make('Users', {AttributeDefinitions: [{AttributeName: 'UserId', AttributeType: 'S'}], KeySchema: [{AttributeName: 'UserId', KeyType: 'HASH'}]});
  const user = {UserId: 'John', Age: 21, Pic: old.StrToBin('someURI'), OnSale: false, Discount: null, Compatible: {Motherboards: ['MB1', 'MB2'], RAM: ['RAM1']}};
  await oldCall('putItem', {TableName: 'Users', Item: {...user, Colors: old.Set(['red', 'blue'], 'S')}});
  const got = (await oldCall('getItem', {TableName: 'Users', Key: {UserId: 'John'}})).Item;
  assert.deepStrictEqual({...got, Colors: 0}, {...user, Colors: 0});
  assert.deepStrictEqual(got.Colors.toArray().sort(), ['blue', 'red']);
  const updated = await oldCall('updateItem', {TableName: 'Users', Key: {UserId: 'John'}, ReturnValues: 'ALL_NEW',
    AttributeUpdates: {Age: {Action: 'ADD', Value: 1}, Name: {Action: 'PUT', Value: 'J'}}});
  assert.deepStrictEqual([updated.Attributes.Age, updated.Attributes.Name], [22, 'J']);
  await oldCall('updateItem', {TableName: 'Users', Key: {UserId: 'John'}, UpdateExpression: 'set #a = :x + :y', ConditionExpression: '#a < :MAX AND OnSale = :correct',
    ExpressionAttributeNames: {'#a': 'Age'}, ExpressionAttributeValues: {':x': 20, ':y': 45, ':MAX': 100, ':correct': false}});
  assert.strictEqual((await oldCall('getItem', {TableName: 'Users', Key: {UserId: 'John'}, AttributesToGet: ['Age']})).Item.Age, 65);
  await oldCall('deleteItem', {TableName: 'Users', Key: {UserId: 'John'}});
  assert.deepStrictEqual(await oldCall('getItem', {TableName: 'Users', Key: {UserId: 'John'}}), {});
}

async function conditions() {
  await make('conditions');
  const at = {TableName: 'conditions'}, Item = {pk: 'a', sk: 1, n: 5, name: 'first'};
  await doc.put({...at, Item, ConditionExpression: 'attribute_not_exists(pk)'}).promise();
  const taken = await refused('ConditionalCheckFailedException', doc.put({...at, Item, ConditionExpression: 'attribute_not_exists(pk)'}).promise());
  assert.deepStrictEqual([taken.message, taken.statusCode, taken.retryable], ['The conditional request failed', 400, false]);
  const put = (Expected, more) => oldCall('putItem', {...at, Item, Expected, ...more});
  await put([old.Condition('n', 'EQ', 5), old.Condition('name', 'BEGINS_WITH', 'fi')]);
  await put([old.Condition('n', 'BETWEEN', 4, 6), old.Condition('nosuch', 'NULL')]);
  await put([old.Condition('n', 'GT', 9), old.Condition('name', 'IN', 'second', 'first')], {ConditionalOperator: 'OR'});
  await refused('ConditionalCheckFailedException', put([old.Condition('n', 'NE', 5), old.Condition('name', 'NOT_NULL')]));
  await refused('ConditionalCheckFailedException', put([old.Condition('name', 'CONTAINS', 'x')]));
}

async function paging() {
  await make('paging', {
    LocalSecondaryIndexes: [{IndexName: 'by-n', Projection: {ProjectionType: 'ALL'}, KeySchema: [{AttributeName: 'pk', KeyType: 'HASH'}, {AttributeName: 'n', KeyType: 'RANGE'}]}],
    AttributeDefinitions: [...pkAndSk.AttributeDefinitions, {AttributeName: 'n', AttributeType: 'N'}],
  });
  const at = {TableName: 'paging'};
  for (const sk of range(40)) await doc.put({...at, Item: {pk: 'a', sk, n: -sk, pad: 'x'.repeat(30000)}}).promise();
  const first = await doc.query({...at, KeyConditionExpression: 'pk = :a', ExpressionAttributeValues: {':a': 'a'}}).promise();
  assert(first.Count > 30 && first.Count < 40, first.Count);
  const rest = await doc.query({...at, KeyConditionExpression: 'pk = :a', ExpressionAttributeValues: {':a': 'a'}, ExclusiveStartKey: first.LastEvaluatedKey}).promise();
  assert.strictEqual(first.Count + rest.Count, 40);

  const asked = {...at, KeyConditions: [old.Condition('pk', 'EQ', 'a'), old.Condition('sk', 'BETWEEN', 5, 20)], QueryFilter: old.Condition('n', 'LE', -10), AttributesToGet: ['sk'], ScanIndexForward: false};
  const filtered = await oldCall('query', asked);
  assert.deepStrictEqual([filtered.Items.map((i) => i.sk), filtered.Count, filtered.ScannedCount], [range(11, 10).reverse(), 11, 16]);
  const pages = [];
  const byN = {...at, IndexName: 'by-n', KeyConditions: old.Condition('pk', 'EQ', 'a'), AttributesToGet: ['sk'], ScanIndexForward: false, Limit: 15};
  for (let page; !page || page.LastEvaluatedKey;) {
    page = await oldCall('query', page ? {...byN, ExclusiveStartKey: page.LastEvaluatedKey} : byN);
    pages.push(page.Items.map((i) => i.sk));
  }
  assert.deepStrictEqual(pages, [range(15), range(15, 15), range(10, 30)]);
  const scanned = await oldCall('scan', {...at, ScanFilter: [old.Condition('sk', 'LT', 3), old.Condition('n', 'EQ', -30)], ConditionalOperator: 'OR', AttributesToGet: ['sk']});
  assert.deepStrictEqual(scanned.Items.map((i) => i.sk), [0, 1, 2, 30]);
  const both = await client.scan({...at, Select: 'COUNT', TotalSegments: 1, Segment: 0, Limit: 5}).promise();
  assert.deepStrictEqual([both.Count, both.ScannedCount, both.LastEvaluatedKey], [5, 5, {pk: {S: 'a'}, sk: {N: '4'}}]);
}

async function batch() {
  await make('batch');
  const puts = range(25).map((sk) => ({PutRequest: {Item: {pk: 'a', sk, n: sk * 2}}}));
  assert.deepStrictEqual((await doc.batchWrite({RequestItems: {batch: puts}}).promise()).UnprocessedItems, {});
  await oldCall('batchWriteItem', {RequestItems: {batch: [{DeleteRequest: {Key: {pk: 'a', sk: 24}}}]}});
  const got = await doc.batchGet({RequestItems: {batch: {Keys: range(25).map((sk) => ({pk: 'a', sk})), ProjectionExpression: 'sk, n'}}}).promise();
  assert.deepStrictEqual(got.Responses.batch.sort((a, b) => a.sk - b.sk), range(24).map((sk) => ({sk, n: sk * 2})));
  await refused('ValidationException', doc.batchWrite({RequestItems: {batch: [...puts, {PutRequest: {Item: {pk: 'a', sk: 25}}}]}}).promise());
}

async function transactions() {
  await make('transactions');
  const at = {TableName: 'transactions'}, key = (sk) => ({pk: 'a', sk});
  await doc.transactWrite({TransactItems: [
    {Put: {...at, Item: {...key(1), n: 1}, ConditionExpression: 'attribute_not_exists(pk)'}},
    {Update: {...at, Key: key(2), UpdateExpression: 'SET n = :n', ExpressionAttributeValues: {':n': 2}}},
    {ConditionCheck: {...at, Key: key(3), ConditionExpression: 'attribute_not_exists(pk)'}},
  ]}).promise();
  const request = doc.transactWrite({TransactItems: [
    {Put: {...at, Item: key(3)}}, {Delete: {...at, Key: key(1), ConditionExpression: 'n = :n', ExpressionAttributeValues: {':n': 7}}},
  ]});
  let reasons; // v2 has them in the answer's body alone
  request.on('extractError', ({httpResponse}) => { reasons = JSON.parse(httpResponse.body.toString()).CancellationReasons; });
  const canceled = await refused('TransactionCanceledException', request.promise());
  assert.strictEqual(canceled.message, 'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]');
  assert.deepStrictEqual(reasons, [{Code: 'None'}, {Code: 'ConditionalCheckFailed', Message: 'The conditional request failed'}]);
  const got = await doc.transactGet({TransactItems: [1, 2, 3].map((sk) => ({Get: {...at, Key: key(sk)}}))}).promise();
  assert.deepStrictEqual(got.Responses, [{Item: {...key(1), n: 1}}, {Item: {...key(2), n: 2}}, {}]);
  const increment = [{Update: {...at, Key: key(1), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: {':one': 1}}}];
  for (const _ of range(3)) await doc.transactWrite({TransactItems: increment, ClientRequestToken: 'only-once'}).promise();
  assert.strictEqual((await doc.get({...at, Key: key(1)}).promise()).Item.n, 2);
}

async function indexes() {
  const at = {TableName: 'indexes'};
  await make('indexes');
  for (const sk of range(20)) await doc.put({...at, Item: {pk: 'a', sk, group: sk % 2 ? 'odd' : 'even'}}).promise();
  await client.updateTable({
    ...at, AttributeDefinitions: [...pkAndSk.AttributeDefinitions, {AttributeName: 'group', AttributeType: 'S'}],
    GlobalSecondaryIndexUpdates: [{Create: {IndexName: 'by-group', Projection: {ProjectionType: 'ALL'}, KeySchema: [{AttributeName: 'group', KeyType: 'HASH'}]}}],
  }).promise();
  await eventually('the index', async () => (await client.describeTable(at).promise()).Table.GlobalSecondaryIndexes[0].IndexStatus === 'ACTIVE');
  const odd = await oldCall('query', {...at, IndexName: 'by-group', KeyConditions: old.Condition('group', 'EQ', 'odd'), Select: 'COUNT'});
  assert.strictEqual(odd.Count, 10);
}

// records reads a stream from its beginning.
async function records(StreamArn) {
  const found = [];
  for (const {ShardId} of (await streams.describeStream({StreamArn}).promise()).StreamDescription.Shards) {
    let {ShardIterator} = await streams.getShardIterator({StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON'}).promise();
    while (ShardIterator) {
      const page = await streams.getRecords({ShardIterator}).promise();
      found.push(...page.Records);
      ShardIterator = page.Records.length > 0 && page.NextShardIterator;
    }
  }
  return found;
}

async function stream() {
  await make('stream', {StreamSpecification: {StreamEnabled: true, StreamViewType: 'NEW_IMAGE'}});
  const at = {TableName: 'stream'}, Key = {pk: 'a', sk: 1};
  await doc.put({...at, Item: {...Key, n: 1}}).promise();
  await doc.update({...at, Key, UpdateExpression: 'SET n = :n', ExpressionAttributeValues: {':n': 2}}).promise();
  await doc.delete({...at, Key}).promise();
  const {StreamArn} = (await streams.listStreams(at).promise()).Streams[0];
  const found = (await records(StreamArn)).map((r) => [r.eventName, r.dynamodb.OldImage, r.dynamodb.NewImage && AWS.DynamoDB.Converter.unmarshall(r.dynamodb.NewImage)]);
  assert.deepStrictEqual(found, [['INSERT', undefined, {...Key, n: 1}], ['MODIFY', undefined, {...Key, n: 2}], ['REMOVE', undefined, undefined]]);
}

async function ttl() {
  const at = {TableName: 'ttl'};
  await make('ttl');
  await client.updateTimeToLive({...at, TimeToLiveSpecification: {Enabled: true, AttributeName: 'expires'}}).promise();
  await eventually('TTL', async () => (await client.describeTimeToLive(at).promise()).TimeToLiveDescription.TimeToLiveStatus === 'ENABLED');
  for (const sk of range(2)) await doc.put({...at, Item: {pk: 'a', sk, expires: Math.floor(Date.now() / 1000) - 10 + 3600 * sk}}).promise();
  await eventually('the deletion', async () => (await doc.scan({...at}).promise()).Items.every((i) => i.sk === 1));
}

async function partiql() {
  await make('partiql');
  const run = async (Statement, Parameters) => (await client.executeStatement({Statement, Parameters}).promise()).Items;
  await run("INSERT INTO partiql VALUE {'pk': 'a', 'sk': 1, 'n': 20}");
  await refused('DuplicateItemException', run("INSERT INTO partiql VALUE {'pk': 'a', 'sk': 1}"));
  await run("UPDATE partiql SET n = n + 1 WHERE pk = 'a' AND sk = 1");
  assert.deepStrictEqual(await run('SELECT n FROM partiql WHERE pk = ? AND sk = ?', [{S: 'a'}, {N: '1'}]), [{n: {N: '21'}}]);
  await client.executeTransaction({TransactStatements: [{Statement: "DELETE FROM partiql WHERE pk = 'a' AND sk = 1"}, {Statement: "INSERT INTO partiql VALUE {'pk': 'a', 'sk': 2}"}]}).promise();
  assert.deepStrictEqual((await client.batchExecuteStatement({Statements: [{Statement: "SELECT sk FROM partiql WHERE pk = 'a' AND sk = 2"}]}).promise()).Responses[0].Item, {sk: {N: '2'}});
}

async function backups() {
  const at = {TableName: 'backups'};
  await make('backups');
  await doc.put({...at, Item: {pk: 'a', sk: 1, v: 'then'}}).promise();
  const {BackupArn} = (await client.createBackup({...at, BackupName: 'first'}).promise()).BackupDetails;
  await eventually('the backup', async () => (await client.describeBackup({BackupArn}).promise()).BackupDescription.BackupDetails.BackupStatus === 'AVAILABLE');
  await doc.put({...at, Item: {pk: 'a', sk: 1, v: 'now'}}).promise();
  await client.restoreTableFromBackup({TargetTableName: 'restored', BackupArn}).promise();
  await eventually('the table', async () => (await client.describeTable({TableName: 'restored'}).promise()).Table.TableStatus === 'ACTIVE');
  assert.strictEqual((await doc.get({TableName: 'restored', Key: {pk: 'a', sk: 1}}).promise()).Item.v, 'then');
  assert.strictEqual((await client.listBackups(at).promise()).BackupSummaries.length, 1);
  await client.deleteBackup({BackupArn}).promise();
}

tell({tables, items, conditions, paging, batch, transactions, indexes, stream, ttl, partiql, backups});
