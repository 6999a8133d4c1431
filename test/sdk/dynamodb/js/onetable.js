// What the quick tour of dynamodb-onetable promises, with its schema. Ends with
// "ok".
'use strict';

const assert = require('assert');
const {DynamoDBClient} = require('@aws-sdk/client-dynamodb');
const {Table} = require('dynamodb-onetable');

const client = new DynamoDBClient({});
const schema = {
  format: 'onetable:1.1.0',
  version: '0.0.1',
  indexes: {
    primary: {hash: 'pk', sort: 'sk'},
    gs1: {hash: 'gs1pk', sort: 'gs1sk', follow: true},
    ls1: {sort: 'id', type: 'local'},
  },
  models: {
    Account: {
      pk: {type: String, value: 'account:${id}'},
      sk: {type: String, value: 'account:'},
      id: {type: String, generate: 'ulid', validate: /^[0123456789ABCDEFGHJKMNPQRSTVWXYZ]{26}$/i},
      name: {type: String, required: true, unique: true},
      status: {type: String, default: 'active'},
      zip: {type: String},
    },
    User: {
      pk: {type: String, value: 'account:${accountId}'},
      sk: {type: String, value: 'user:${email}'},
      id: {type: String, generate: 'ulid'},
      accountId: {type: String, required: true},
      email: {type: String, required: true},
      role: {type: String, enum: ['user', 'admin'], required: true, default: 'user'},
      balance: {type: Number, default: 0},
      tags: {type: Set},
      settings: {type: Object, schema: {theme: {type: String}, since: {type: Date}}},
      gs1pk: {type: String, value: 'user-email:${email}'},
      gs1sk: {type: String, value: 'user:'},
    },
  },
  params: {isoDates: true, timestamps: true},
};

async function tour() {
  const table = new Table({client, name: 'MyTable', schema, partial: true});
  assert.strictEqual(await table.exists(), false);
  await table.createTable();
  assert.strictEqual(await table.exists(), true);
  const Account = table.getModel('Account'), User = table.getModel('User');

  const account = await Account.create({name: 'Acme Airplanes', zip: '98034'});
  assert.deepStrictEqual([account.status, account.zip, account.created instanceof Date], ['active', '98034', true]);
  await assert.rejects(Account.create({name: 'Acme Airplanes'}), /Cannot create unique attributes/); // by a transaction
  assert.deepStrictEqual((await Account.get({id: account.id})).name, 'Acme Airplanes');

  const since = new Date('2026-01-02T03:04:05.678Z');
  for (const [n, role] of ['admin', 'user', 'user'].entries()) {
    await User.create({accountId: account.id, email: `user${n}@example.com`, role, balance: 100 * n, tags: new Set(['a', 'b']), settings: {theme: 'dark', since}});
  }
  const one = await User.get({email: 'user1@example.com'}, {index: 'gs1', follow: true});
  assert.deepStrictEqual([one.balance, one.tags, one.settings.since], [100, new Set(['a', 'b']), since]);
  await assert.rejects(User.create({accountId: account.id, email: 'user1@example.com'}), (e) => e.code === 'ConditionalCheckFailedException' || /exists/.test(e.message));

  const emails = (users) => users.map((u) => u.email[4]).join('');
  assert.strictEqual(emails(await User.find({accountId: account.id})), '012');
  assert.strictEqual(emails(await User.find({accountId: account.id, role: 'user'})), '12');
  assert.strictEqual(emails(await User.find({accountId: account.id}, {where: '(${balance} > {100}) and (${settings.theme} = {dark})'})), '2');
  assert.strictEqual(emails(await User.find({accountId: account.id, sk: {begins: 'user:user2'}})), '2');
  assert.strictEqual((await User.find({accountId: account.id, role: 'user'}, {count: true})).count, 2);
  const first = await User.find({accountId: account.id}, {limit: 2});
  assert.strictEqual(emails(first) + emails(await User.find({accountId: account.id}, {next: first.next})), '012');
  assert.strictEqual((await User.scan({role: 'user'})).length, 2);

  const key = {accountId: account.id, email: 'user1@example.com'};
  assert.strictEqual((await User.update({...key, balance: 50})).balance, 50);
  assert.strictEqual((await User.update(key, {add: {balance: 10}})).balance, 60);
  await User.update(key, {set: {'settings.theme': 'light'}, delete: {tags: new Set(['a'])}});
  const changed = await User.get(key);
  assert.deepStrictEqual([changed.settings.theme, changed.tags], ['light', new Set(['b'])]);
  await assert.rejects(User.update(key, {add: {balance: -100}, where: '${balance} >= {100}'}));

  const transaction = {};
  await Account.update({id: account.id, status: 'inactive'}, {transaction});
  await User.update({...key, role: 'admin'}, {transaction});
  await table.transact('write', transaction);
  const reading = {};
  await Account.get({id: account.id}, {transaction: reading});
  await User.get(key, {transaction: reading});
  const read = await table.transact('get', reading, {parse: true, hidden: false});
  assert.deepStrictEqual([read[0].status, read[1].role], ['inactive', 'admin']);

  const batch = {};
  for (const n of [7, 8, 9]) await User.create({accountId: account.id, email: `user${n}@example.com`}, {batch, exists: null});
  await table.batchWrite(batch);
  const items = await table.queryItems({pk: `account:${account.id}`}, {parse: true, hidden: false});
  assert.deepStrictEqual([items.length, items.filter((i) => i.email).length], [7, 6]);
  await User.remove(key);
  assert.strictEqual(await User.get(key), undefined);
  await table.deleteTable('DeleteTableForever');
  assert.strictEqual(await table.exists(), false);
  console.log('ok');
}

tour().catch((error) => { console.error(error); process.exit(1); });
