// DynamoDB's story, told by the AWS SDK for JavaScript v3: its client, the
// document client of lib-dynamodb, paginators and waiters.
'use strict';

const assert = require('assert');
const {DynamoDB, paginateListTables, paginateScan, waitUntilTableExists, waitUntilTableNotExists} = require('@aws-sdk/client-dynamodb');
const {DynamoDBStreams} = require('@aws-sdk/client-dynamodb-streams');
const {DynamoDBDocument, NumberValue, paginateQuery} = require('@aws-sdk/lib-dynamodb');
const {tell, refused, eventually, pkAndSk, range} = require('./tell');

const options = {maxAttempts: 1}; // AWS_ENDPOINT_URL and AWS_REGION say the rest
const client = new DynamoDB(options);
const doc = DynamoDBDocument.from(client, {marshallOptions: {removeUndefinedValues: true}});
const streams = new DynamoDBStreams(options);
const exact = DynamoDBDocument.from(new DynamoDB(options), {unmarshallOptions: {wrapNumbers: true}});

async function make(TableName, more) {
  await client.createTable({TableName, ...pkAndSk, ...more});
  await waitUntilTableExists({client, maxWaitTime: 60}, {TableName});
}

async function tables() {
  const created = (await client.createTable({
    TableName: 'music',
    AttributeDefinitions: [['Artist', 'S'], ['Song', 'S'], ['Year', 'N'], ['Genre', 'S']].map(([AttributeName, AttributeType]) => ({AttributeName, AttributeType})),
    KeySchema: [{AttributeName: 'Artist', KeyType: 'HASH'}, {AttributeName: 'Song', KeyType: 'RANGE'}],
    LocalSecondaryIndexes: [{
      IndexName: 'by-year', Projection: {ProjectionType: 'KEYS_ONLY'},
      KeySchema: [{AttributeName: 'Artist', KeyType: 'HASH'}, {AttributeName: 'Year', KeyType: 'RANGE'}],
    }],
    GlobalSecondaryIndexes: [{
      IndexName: 'by-genre', KeySchema: [{AttributeName: 'Genre', KeyType: 'HASH'}],
      Projection: {ProjectionType: 'INCLUDE', NonKeyAttributes: ['Price']}, ProvisionedThroughput: {ReadCapacityUnits: 3, WriteCapacityUnits: 2},
    }],
    ProvisionedThroughput: {ReadCapacityUnits: 5, WriteCapacityUnits: 4},
    Tags: [{Key: 'team', Value: 'a'}],
  })).TableDescription;
  assert.strictEqual(created.TableStatus, 'CREATING');
  assert(created.CreationDateTime instanceof Date && Math.abs(Date.now() - created.CreationDateTime) < 60000, created.CreationDateTime);
  await waitUntilTableExists({client, maxWaitTime: 60}, {TableName: 'music'});
  const {Table} = await client.describeTable({TableName: 'music'});
  assert.strictEqual(Table.TableArn, `arn:aws:dynamodb:us-east-1:${process.env.STORY_ACCOUNT}:table/music`);
  assert.deepStrictEqual(Table.GlobalSecondaryIndexes[0].Projection, {ProjectionType: 'INCLUDE', NonKeyAttributes: ['Price']});
  assert.strictEqual(Table.GlobalSecondaryIndexes[0].IndexStatus, 'ACTIVE');
  assert.strictEqual((await refused('ResourceInUseException', make('music'))).message, 'Table already exists: music');

  for (const name of ['list-a', 'list-b', 'list-c']) await make(name);
  const pages = [];
  for await (const page of paginateListTables({client, pageSize: 3}, {})) pages.push(page.TableNames);
  assert.deepStrictEqual(pages, [['list-a', 'list-b', 'list-c'], ['music']]);

  const ResourceArn = Table.TableArn;
  await client.tagResource({ResourceArn, Tags: [{Key: 'team', Value: 'b'}, {Key: 'stage', Value: 'test'}]});
  await client.untagResource({ResourceArn, TagKeys: ['stage']});
  assert.deepStrictEqual((await client.listTagsOfResource({ResourceArn})).Tags, [{Key: 'team', Value: 'b'}]);

  assert.strictEqual((await client.deleteTable({TableName: 'music'})).TableDescription.TableStatus, 'DELETING');
  await waitUntilTableNotExists({client, maxWaitTime: 60}, {TableName: 'music'});
  assert.strictEqual((await refused('ResourceNotFoundException', client.describeTable({TableName: 'music'}))).message, 'Requested resource not found: Table: music not found');
}

async function items() {
  await make('items');
  const Key = {pk: 'a', sk: 1};
  const whole = {
    ...Key, text: 'ä\u0000😀', none: null, yes: true, empty: '', n: 1.5, bytes: new Uint8Array([0, 255]), nothing: new Uint8Array(0),
    list: [1, 'two', [null, {three: 3}]], map: {'': 'empty name', deep: {er: []}},
    words: new Set(['a', 'b']), numbers: new Set([1, 2.5]), blobs: new Set([new Uint8Array([1]), new Uint8Array([2])]),
  };
  await doc.put({TableName: 'items', Item: {...whole, nothingAtAll: undefined}});
  assert.deepStrictEqual((await doc.get({TableName: 'items', Key, ConsistentRead: true})).Item, whole);
  const part = await doc.get({TableName: 'items', Key, ProjectionExpression: '#l[2][1].three, #m.deep', ExpressionAttributeNames: {'#l': 'list', '#m': 'map'}});
  assert.deepStrictEqual(part.Item, {list: [[{three: 3}]], map: {deep: {er: []}}});

  const big = NumberValue.from('12345678901234567890123456789012345678');
  assert.deepStrictEqual((await doc.put({TableName: 'items', Item: {...Key, n: 1, big}, ReturnValues: 'ALL_OLD'})).Attributes, whole);
  assert.strictEqual((await exact.get({TableName: 'items', Key})).Item.big.toString(), big.toString());

  const {Attributes} = await doc.update({
    TableName: 'items', Key, ReturnValues: 'UPDATED_NEW', ExpressionAttributeNames: {'#l': 'list'},
    UpdateExpression: 'SET #l = list_append(if_not_exists(#l, :none), :two), m = :m, n = n + :one ADD words :a, hits :one REMOVE big',
    ExpressionAttributeValues: {':none': [], ':two': [1, 2], ':m': {x: 1}, ':one': 1, ':a': new Set(['a'])},
  });
  assert.deepStrictEqual(Attributes, {list: [1, 2], m: {x: 1}, n: 2, words: new Set(['a']), hits: 1});
  const all = (await doc.update({
    TableName: 'items', Key, ReturnValues: 'ALL_NEW', ExpressionAttributeNames: {'#l': 'list'},
    UpdateExpression: 'SET m.y = :y, #l[1] = :y REMOVE #l[0] DELETE words :a', ExpressionAttributeValues: {':y': 'y', ':a': new Set(['a'])},
  })).Attributes;
  assert.deepStrictEqual(all, {...Key, list: ['y'], m: {x: 1, y: 'y'}, n: 2, hits: 1});
  assert.deepStrictEqual((await doc.delete({TableName: 'items', Key, ReturnValues: 'ALL_OLD'})).Attributes, all);
  assert.strictEqual((await doc.get({TableName: 'items', Key})).Item, undefined);
  const wrong = await refused('ValidationException', doc.put({TableName: 'items', Item: {pk: 'a'}}));
  assert.strictEqual(wrong.message, 'One or more parameter values were invalid: Missing the key sk in the item');
}

async function conditions() {
  await make('conditions');
  const at = {TableName: 'conditions'};
  const Item = {pk: 'a', sk: 1, name: 'first', tags: new Set(['x', 'y']), n: 5};
  await doc.put({...at, Item, ConditionExpression: 'attribute_not_exists(pk)'});
  const taken = await refused('ConditionalCheckFailedException', doc.put({...at, Item: {pk: 'a', sk: 1},
    ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD'}));
  assert.strictEqual(taken.message, 'The conditional request failed');
  assert.deepStrictEqual(taken.Item.n, {N: '5'});

  const bump = (condition, values = {}) => doc.update({...at, Key: {pk: 'a', sk: 1}, UpdateExpression: 'SET n = n + :one', ReturnValues: 'UPDATED_OLD',
    ConditionExpression: condition, ExpressionAttributeNames: {'#n': 'name'}, ExpressionAttributeValues: {':one': 1, ...values}});
  const holds = [
    ['n = :five AND begins_with(#n, :fi)', {':five': 5, ':fi': 'fi'}], ['contains(tags, :x) OR attribute_exists(nosuch) AND #n <> :x', {':x': 'x'}],
    ['n BETWEEN :a AND :b AND attribute_exists(#n)', {':a': 6, ':b': 8}], ['NOT n IN (:a, :b) AND size(#n) = :b', {':a': 1, ':b': 5}],
    ['attribute_type(tags, :t) AND #n < :z', {':t': 'SS', ':z': 'z'}],
  ];
  for (const [i, [condition, values]] of holds.entries()) assert.deepStrictEqual((await bump(condition, values)).Attributes, {n: 5 + i});
  for (const [condition, values] of [['n < :n AND attribute_exists(#n)', {':n': 10}], ['begins_with(#n, :x)', {':x': 'x'}], ['contains(tags, #n)']]) {
    await refused('ConditionalCheckFailedException', bump(condition, values));
  }
  assert.strictEqual((await doc.get({...at, Key: {pk: 'a', sk: 1}})).Item.n, 10);
}

async function paging() {
  const at = {TableName: 'paging'};
  await make('paging', {
    AttributeDefinitions: [...pkAndSk.AttributeDefinitions, {AttributeName: 'color', AttributeType: 'S'}],
    GlobalSecondaryIndexes: [{IndexName: 'by-color', Projection: {ProjectionType: 'ALL'},
      KeySchema: [{AttributeName: 'color', KeyType: 'HASH'}, {AttributeName: 'sk', KeyType: 'RANGE'}]}],
  });
  for (const pk of ['a', 'b']) {
    for (const sk of range(40)) await doc.put({...at, Item: {pk, sk, pad: 'x'.repeat(30000), color: sk % 4 === 0 ? 'red' : undefined}});
  }
  const ofA = {...at, KeyConditionExpression: 'pk = :a', ExpressionAttributeValues: {':a': 'a'}};
  const first = await doc.query(ofA); // 40 × 30 KB are more than a page of 1 MB
  assert(first.Count > 30 && first.Count < 40, first.Count);
  assert.deepStrictEqual(first.LastEvaluatedKey, {pk: 'a', sk: first.Count - 1});
  const rest = await doc.query({...ofA, ExclusiveStartKey: first.LastEvaluatedKey});
  assert.deepStrictEqual([first.Count + rest.Count, rest.LastEvaluatedKey], [40, undefined]);

  const down = await doc.query({...at, KeyConditionExpression: 'pk = :a AND sk BETWEEN :x AND :y', ExpressionAttributeValues: {':a': 'a', ':x': 10, ':y': 20}, ScanIndexForward: false, Limit: 3});
  assert.deepStrictEqual(down.Items.map((i) => i.sk), [20, 19, 18]);
  const filtered = await doc.query({...at, KeyConditionExpression: 'pk = :a AND sk < :x', FilterExpression: 'color = :red', ProjectionExpression: 'sk',
    ExpressionAttributeValues: {':a': 'a', ':x': 20, ':red': 'red'}});
  assert.deepStrictEqual([filtered.Items, filtered.ScannedCount], [[0, 4, 8, 12, 16].map((sk) => ({sk})), 20]);
  const counted = await doc.query({...at, KeyConditionExpression: 'pk = :a AND sk >= :x', ExpressionAttributeValues: {':a': 'a', ':x': 35}, Select: 'COUNT', ReturnConsumedCapacity: 'TOTAL'});
  assert.deepStrictEqual([counted.Count, counted.Items, counted.ConsumedCapacity.CapacityUnits], [5, undefined, 18.5]);

  const reds = [];
  const red = {...at, IndexName: 'by-color', KeyConditionExpression: 'color = :c', ExpressionAttributeValues: {':c': 'red'}, ProjectionExpression: 'pk, sk'};
  for await (const page of paginateQuery({client: doc, pageSize: 7}, red)) reds.push(...page.Items);
  assert.deepStrictEqual(reds.map((i) => i.sk), range(20).map((n) => 4 * Math.floor(n / 2)));
  const seen = [];
  for (const Segment of range(3)) {
    for await (const page of paginateScan({client}, {...at, Segment, TotalSegments: 3, ProjectionExpression: 'pk, sk'})) {
      seen.push(...page.Items.map((i) => i.pk.S + i.sk.N));
    }
  }
  assert.deepStrictEqual(seen.sort(), ['a', 'b'].flatMap((pk) => range(40).map((sk) => pk + sk)).sort());
}

async function batch() {
  await make('batch');
  const puts = range(25).map((sk) => ({PutRequest: {Item: {pk: 'a', sk, n: -sk}}}));
  assert.deepStrictEqual((await doc.batchWrite({RequestItems: {batch: puts}})).UnprocessedItems, {});
  await doc.batchWrite({RequestItems: {batch: [{DeleteRequest: {Key: {pk: 'a', sk: 24}}}, {PutRequest: {Item: {pk: 'b', sk: 0, n: 1}}}]}});
  const got = await doc.batchGet({RequestItems: {batch: {Keys: range(25).map((sk) => ({pk: 'a', sk})), ProjectionExpression: 'sk, n'}}});
  assert.deepStrictEqual(got.Responses.batch.sort((a, b) => a.sk - b.sk), range(24).map((sk) => ({sk, n: -sk || 0})));
  await refused('ValidationException', doc.batchWrite({RequestItems: {batch: [...puts, {PutRequest: {Item: {pk: 'a', sk: 25}}}]}}));
  const twice = await refused('ValidationException', doc.batchWrite({RequestItems: {batch: [puts[0], puts[0]]}}));
  assert.strictEqual(twice.message, 'Provided list of item keys contains duplicates');
}

async function transactions() {
  await make('transactions');
  await make('other');
  const key = (sk) => ({pk: 'a', sk});
  await doc.transactWrite({TransactItems: [
    {Put: {TableName: 'transactions', Item: {...key(1), n: 1}, ConditionExpression: 'attribute_not_exists(pk)'}},
    {Put: {TableName: 'other', Item: key(1)}},
    {Update: {TableName: 'transactions', Key: key(2), UpdateExpression: 'SET n = :n', ExpressionAttributeValues: {':n': 2}}},
    {ConditionCheck: {TableName: 'other', Key: key(2), ConditionExpression: 'attribute_not_exists(pk)'}},
  ]});
  const canceled = await refused('TransactionCanceledException', doc.transactWrite({TransactItems: [
    {Delete: {TableName: 'other', Key: key(1)}},
    {Update: {TableName: 'transactions', Key: key(1), UpdateExpression: 'SET n = :n', ConditionExpression: 'n = :n',
      ExpressionAttributeValues: {':n': 7}, ReturnValuesOnConditionCheckFailure: 'ALL_OLD'}},
    {Put: {TableName: 'transactions', Item: key(3)}},
  ]}));
  assert.strictEqual(canceled.message, 'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, None]');
  assert.deepStrictEqual(canceled.CancellationReasons.map((r) => r.Code), ['None', 'ConditionalCheckFailed', 'None']);
  assert.deepStrictEqual(canceled.CancellationReasons[1].Item.n, {N: '1'});
  const got = await doc.transactGet({TransactItems: [['transactions', 2], ['other', 1], ['transactions', 3]].map(([TableName, sk]) => ({Get: {TableName, Key: key(sk)}}))});
  assert.deepStrictEqual(got.Responses.map((r) => r.Item), [{...key(2), n: 2}, key(1), undefined]);

  const increment = {Update: {TableName: 'transactions', Key: key(1), UpdateExpression: 'ADD n :one', ExpressionAttributeValues: {':one': 1}}};
  for (const _ of range(3)) await doc.transactWrite({TransactItems: [increment], ClientRequestToken: 'only-once'});
  assert.strictEqual((await doc.get({TableName: 'transactions', Key: key(1)})).Item.n, 2);
  await refused('IdempotentParameterMismatchException', doc.transactWrite({TransactItems: [increment, {Delete: {TableName: 'other', Key: key(1)}}], ClientRequestToken: 'only-once'}));
}

async function indexes() {
  const at = {TableName: 'indexes'};
  await make('indexes', {BillingMode: 'PROVISIONED', ProvisionedThroughput: {ReadCapacityUnits: 50, WriteCapacityUnits: 50}});
  for (const sk of range(20)) await doc.put({...at, Item: {pk: 'a', sk, group: sk % 2 ? 'odd' : 'even'}});
  await client.updateTable({...at, BillingMode: 'PAY_PER_REQUEST'});
  await waitUntilTableExists({client, maxWaitTime: 60}, at);
  const {TableDescription} = await client.updateTable({
    ...at, AttributeDefinitions: [...pkAndSk.AttributeDefinitions, {AttributeName: 'group', AttributeType: 'S'}],
    GlobalSecondaryIndexUpdates: [{Create: {IndexName: 'by-group', Projection: {ProjectionType: 'KEYS_ONLY'},
      KeySchema: [{AttributeName: 'group', KeyType: 'HASH'}, {AttributeName: 'sk', KeyType: 'RANGE'}]}}],
  });
  assert.deepStrictEqual([TableDescription.TableStatus, TableDescription.GlobalSecondaryIndexes[0].IndexStatus], ['UPDATING', 'CREATING']);
  const settled = (count) => async () => {
    const {Table} = await client.describeTable(at);
    const found = Table.GlobalSecondaryIndexes || [];
    return Table.TableStatus === 'ACTIVE' && found.length === count && found.every((i) => i.IndexStatus === 'ACTIVE');
  };
  await eventually('the index', settled(1));
  const odd = {...at, IndexName: 'by-group', KeyConditionExpression: '#g = :g AND sk > :n', ExpressionAttributeNames: {'#g': 'group'}, ExpressionAttributeValues: {':g': 'odd', ':n': 10}};
  assert.deepStrictEqual((await doc.query(odd)).Items.map((i) => i.sk), [11, 13, 15, 17, 19]);
  await client.updateTable({...at, GlobalSecondaryIndexUpdates: [{Delete: {IndexName: 'by-group'}}]});
  await eventually('the end of the index', settled(0));
  await refused('ValidationException', doc.query(odd));
}

// records reads a stream from its beginning.
async function records(StreamArn) {
  const found = [];
  for (const {ShardId} of (await streams.describeStream({StreamArn})).StreamDescription.Shards) {
    let {ShardIterator} = await streams.getShardIterator({StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON'});
    while (ShardIterator) {
      const page = await streams.getRecords({ShardIterator});
      found.push(...page.Records);
      ShardIterator = page.Records.length > 0 && page.NextShardIterator;
    }
  }
  return found;
}

async function stream() {
  await make('stream', {StreamSpecification: {StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES'}});
  const at = {TableName: 'stream'}, Key = {pk: 'a', sk: 1};
  await doc.put({...at, Item: {...Key, n: 1}});
  await doc.put({...at, Item: {...Key, n: 1}}); // changes nothing
  await doc.update({...at, Key, UpdateExpression: 'SET n = :n', ExpressionAttributeValues: {':n': 2}});
  await doc.delete({...at, Key});
  const [listed] = (await streams.listStreams(at)).Streams;
  const {Table} = await client.describeTable(at);
  assert.deepStrictEqual(listed, {TableName: 'stream', StreamArn: Table.LatestStreamArn, StreamLabel: Table.LatestStreamLabel});
  const found = await records(listed.StreamArn);
  const one = {pk: {S: 'a'}, sk: {N: '1'}, n: {N: '1'}}, two = {...one, n: {N: '2'}};
  assert.deepStrictEqual(found.map((r) => [r.eventName, r.dynamodb.OldImage, r.dynamodb.NewImage]), [['INSERT', undefined, one], ['MODIFY', one, two], ['REMOVE', two, undefined]]);
  for (const r of found) assert(r.dynamodb.ApproximateCreationDateTime instanceof Date && r.dynamodb.StreamViewType === 'NEW_AND_OLD_IMAGES' && r.eventID, r);
}

async function ttl() {
  const at = {TableName: 'ttl'};
  await make('ttl', {StreamSpecification: {StreamEnabled: true, StreamViewType: 'OLD_IMAGE'}});
  await client.updateTimeToLive({...at, TimeToLiveSpecification: {Enabled: true, AttributeName: 'expires'}});
  await eventually('TTL', async () => (await client.describeTimeToLive(at)).TimeToLiveDescription.TimeToLiveStatus === 'ENABLED');
  const now = Math.floor(Date.now() / 1000);
  for (const [sk, expires] of [now - 10, now + 3600, String(now - 10)].entries()) await doc.put({...at, Item: {pk: 'a', sk, expires}});
  await eventually('the deletion', async () => (await doc.scan({...at, Select: 'COUNT'})).Count === 2);
  const {StreamArn} = (await streams.listStreams(at)).Streams[0];
  const removed = (await records(StreamArn)).filter((r) => r.eventName === 'REMOVE');
  assert.deepStrictEqual(removed.map((r) => [r.dynamodb.Keys.sk, r.userIdentity]), [[{N: '0'}, {Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com'}]]);
}

async function partiql() {
  await make('partiql');
  const run = async (Statement, Parameters) => (await doc.executeStatement({Statement, Parameters})).Items;
  await run("INSERT INTO partiql VALUE {'pk': 'a', 'sk': 1, 'm': {'l': [1, 'two']}}");
  await run('INSERT INTO "partiql" VALUE {\'pk\': ?, \'sk\': ?, \'n\': ?}', ['a', 2, 20]);
  await refused('DuplicateItemException', run("INSERT INTO partiql VALUE {'pk': 'a', 'sk': 1}"));
  assert.deepStrictEqual(await run("UPDATE partiql SET n = n + 1 WHERE pk = 'a' AND sk = 2 RETURNING ALL NEW *"), [{pk: 'a', sk: 2, n: 21}]);
  assert.deepStrictEqual(await run('SELECT n FROM partiql WHERE pk = ? AND sk >= ?', ['a', 2]), [{n: 21}]);
  const {Responses} = await doc.batchExecuteStatement({Statements: [{Statement: "SELECT * FROM partiql WHERE pk = 'a' AND sk = 2"}, {Statement: "SELECT * FROM nosuch WHERE pk = 'a' AND sk = 2"}]});
  assert.deepStrictEqual([Responses[0].Item.n, Responses[1].Error.Code], [21, 'ResourceNotFound']);
  await doc.executeTransaction({TransactStatements: [{Statement: "DELETE FROM partiql WHERE pk = 'a' AND sk = 1"}, {Statement: "UPDATE partiql SET n = ? WHERE pk = 'a' AND sk = 2", Parameters: [5]}]});
  assert.deepStrictEqual(await run('SELECT n FROM partiql'), [{n: 5}]);
}

async function backups() {
  const at = {TableName: 'backups'};
  await make('backups');
  await doc.put({...at, Item: {pk: 'a', sk: 1, v: 'then'}});
  const {BackupArn} = (await client.createBackup({...at, BackupName: 'first'})).BackupDetails;
  await eventually('the backup', async () => (await client.describeBackup({BackupArn})).BackupDescription.BackupDetails.BackupStatus === 'AVAILABLE');
  await doc.put({...at, Item: {pk: 'a', sk: 1, v: 'now'}});
  await client.restoreTableFromBackup({TargetTableName: 'restored', BackupArn});
  await waitUntilTableExists({client, maxWaitTime: 60, minDelay: 1, maxDelay: 1}, {TableName: 'restored'});
  assert.strictEqual((await doc.get({TableName: 'restored', Key: {pk: 'a', sk: 1}})).Item.v, 'then');
  await client.deleteBackup({BackupArn});
  assert.deepStrictEqual((await client.listBackups(at)).BackupSummaries, []);
}

tell({tables, items, conditions, paging, batch, transactions, indexes, stream, ttl, partiql, backups});
