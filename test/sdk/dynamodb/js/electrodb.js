// What ElectroDB's documentation shows: entities, collections, patches and
// cursors in one table. Ends with "ok".
'use strict';

const assert = require('assert');
const {DynamoDB, waitUntilTableExists} = require('@aws-sdk/client-dynamodb');
const {Entity, Service} = require('electrodb');

const client = new DynamoDB({});
const table = 'electro';

const employees = new Entity({
  model: {entity: 'employee', version: '1', service: 'taskapp'},
  attributes: {
    employeeId: {type: 'string', required: true},
    office: {type: 'string', required: true},
    team: {type: ['development', 'marketing', 'finance'], required: true},
    salary: {type: 'number', required: true},
    hired: {type: 'string'},
    skills: {type: 'set', items: 'string'},
  },
  indexes: {
    employee: {pk: {field: 'pk', composite: ['employeeId']}, sk: {field: 'sk', composite: []}},
    coworkers: {index: 'gsi1', collection: 'workplaces', pk: {field: 'gsi1pk', composite: ['office']}, sk: {field: 'gsi1sk', composite: ['team', 'employeeId']}},
  },
}, {client, table});

const tasks = new Entity({
  model: {entity: 'task', version: '1', service: 'taskapp'},
  attributes: {
    team: {type: 'string', required: true},
    task: {type: 'string', required: true},
    project: {type: 'string', required: true},
    office: {type: 'string', required: true},
    status: {type: ['open', 'in-progress', 'closed'], default: 'open'},
    points: {type: 'number', default: 0},
    comments: {type: 'list', items: {type: 'map', properties: {user: {type: 'string'}, body: {type: 'string'}}}},
    updatedAt: {type: 'number', watch: '*', set: () => Date.now()},
  },
  indexes: {
    projects: {pk: {field: 'pk', composite: ['team']}, sk: {field: 'sk', composite: ['project', 'task']}},
    assigned: {index: 'gsi1', collection: 'workplaces', pk: {field: 'gsi1pk', composite: ['office']}, sk: {field: 'gsi1sk', composite: ['status', 'task']}},
  },
}, {client, table});

async function start() {
  const attribute = (AttributeName) => ({AttributeName, AttributeType: 'S'});
  const schema = (pk, sk) => [{AttributeName: pk, KeyType: 'HASH'}, {AttributeName: sk, KeyType: 'RANGE'}];
  await client.createTable({
    TableName: table, BillingMode: 'PAY_PER_REQUEST', KeySchema: schema('pk', 'sk'), AttributeDefinitions: ['pk', 'sk', 'gsi1pk', 'gsi1sk'].map(attribute),
    GlobalSecondaryIndexes: [{IndexName: 'gsi1', KeySchema: schema('gsi1pk', 'gsi1sk'), Projection: {ProjectionType: 'ALL'}}],
  });
  await waitUntilTableExists({client, maxWaitTime: 60}, {TableName: table});
  const app = new Service({employees, tasks}, {client, table});

  await employees.create({employeeId: 'e1', office: 'north', team: 'development', salary: 100, hired: '2020-01-01', skills: ['go', 'js']}).go();
  await employees.put([2, 3, 4].map((n) => ({employeeId: `e${n}`, office: 'north', team: n === 4 ? 'finance' : 'development', salary: 100 * n, hired: `202${n}-01-01`}))).go();
  await assert.rejects(employees.create({employeeId: 'e1', office: 'x', team: 'finance', salary: 1}).go(), (e) => e.cause.name === 'ConditionalCheckFailedException');
  assert.deepStrictEqual((await employees.get({employeeId: 'e1'}).go()).data.skills, ['go', 'js']);
  assert.deepStrictEqual((await employees.get([{employeeId: 'e2'}, {employeeId: 'nobody'}]).go()).data.map((e) => e.salary), [200]);

  await tasks.put(Array.from({length: 30}, (_, n) => ({team: 'core', project: n % 2 ? 'backend' : 'frontend', task: `45-${600 + n}`, office: 'north', status: n === 1 ? 'in-progress' : 'open', comments: []}))).go();
  const patched = await tasks.patch({team: 'core', task: '45-601', project: 'backend'}).set({status: 'open'}).add({points: 5})
      .append({comments: [{user: 'janet', body: 'This seems half-baked.'}]}).where(({status}, {eq}) => eq(status, 'in-progress')).go({response: 'all_new'});
  assert.deepStrictEqual([patched.data.status, patched.data.points, patched.data.comments.length], ['open', 5, 1]);
  await assert.rejects(tasks.patch({team: 'core', task: '45-601', project: 'backend'}).set({points: 1}).where(({status}, {eq}) => eq(status, 'in-progress')).go());
  await assert.rejects(tasks.patch({team: 'core', task: 'nosuch', project: 'backend'}).set({points: 1}).go());

  const backend = tasks.query.projects({team: 'core', project: 'backend'});
  const first = await backend.go({limit: 10});
  const rest = await tasks.query.projects({team: 'core', project: 'backend'}).go({cursor: first.cursor});
  assert.deepStrictEqual([first.data.length, rest.data.length, rest.cursor], [10, 5, null]);
  const between = await tasks.query.projects({team: 'core', project: 'backend'}).between({task: '45-601'}, {task: '45-607'}).go({order: 'desc'});
  assert.deepStrictEqual(between.data.map((t) => t.task), ['45-607', '45-605', '45-603', '45-601']);
  const few = await employees.query.coworkers({office: 'north', team: 'development'}).where(({salary, hired}, {gt, between: within}) => `${gt(salary, 100)} AND ${within(hired, '2022-01-01', '2022-12-31')}`).go();
  assert.deepStrictEqual(few.data.map((e) => e.employeeId), ['e2']);

  const north = (await app.collections.workplaces({office: 'north'}).go({pages: 'all'})).data;
  assert.deepStrictEqual([north.employees.length, north.tasks.length], [4, 30]);
  assert.strictEqual((await tasks.scan.where(({points}, {gte}) => gte(points, 5)).go({pages: 'all'})).data.length, 1);

  const moved = await app.transaction.write(({employees: e, tasks: t}) => [
    e.patch({employeeId: 'e4'}).set({office: 'south'}).commit(),
    t.remove({team: 'core', task: '45-600', project: 'frontend'}).commit(),
    t.check({team: 'core', task: '45-601', project: 'backend'}).where(({points}, {eq}) => eq(points, 5)).commit(),
  ]).go();
  assert.strictEqual(moved.canceled, false);
  const refused = await app.transaction.write(({employees: e}) => [
    e.patch({employeeId: 'e4'}).set({salary: 1}).commit(), e.create({employeeId: 'e1', office: 'x', team: 'finance', salary: 1}).commit({response: 'all_old'}),
  ]).go();
  assert.deepStrictEqual([refused.canceled, refused.data.map((d) => d.code), refused.data[1].item.salary], [true, ['None', 'ConditionalCheckFailed'], 100]);
  const got = await app.transaction.get(({employees: e, tasks: t}) => [e.get({employeeId: 'e4'}).commit(), t.get({team: 'core', task: '45-600', project: 'frontend'}).commit()]).go();
  assert.deepStrictEqual([got.data[0].item.office, got.data[0].item.salary, got.data[1].item], ['south', 400, null]);
  assert.strictEqual((await employees.query.coworkers({office: 'south'}).go()).data.length, 1);

  assert.strictEqual((await employees.delete([{employeeId: 'e1'}, {employeeId: 'e9'}]).go()).unprocessed.length, 0);
  console.log('ok');
}

start().catch((error) => { console.error(error); process.exit(1); });
