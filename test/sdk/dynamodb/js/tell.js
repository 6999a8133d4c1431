// What the stories in JavaScript share: how chapters are told.
'use strict';

const assert = require('assert');

// tell tells the chapters that STORY_CHAPTERS names, and says "ok" for each.
exports.tell = async (chapters) => {
  for (const name of process.env.STORY_CHAPTERS.split(',')) {
    try {
      await chapters[name]();
      console.log('ok', name);
    } catch (error) {
      process.exitCode = 1;
      console.log('in', name, error);
    }
  }
};

// refused wants a refusal of a code, and returns it.
exports.refused = async (code, promise) => {
  const error = await promise.then(() => assert.fail(`not refused with ${code}`), (e) => e);
  assert.strictEqual(error.name === 'Error' ? error.code : error.name, code, error);
  return error;
};

exports.eventually = async (what, check, seconds = 60) => {
  for (const deadline = Date.now() + 1000 * seconds; Date.now() < deadline;) {
    const found = await check();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return assert.fail(`${what} did not happen in ${seconds} s`);
};

// The key of the tables that make makes: pk and sk, a number.
exports.pkAndSk = {
  AttributeDefinitions: [{AttributeName: 'pk', AttributeType: 'S'}, {AttributeName: 'sk', AttributeType: 'N'}],
  KeySchema: [{AttributeName: 'pk', KeyType: 'HASH'}, {AttributeName: 'sk', KeyType: 'RANGE'}],
  BillingMode: 'PAY_PER_REQUEST',
};

exports.range = (n, from = 0) => Array.from({length: n}, (_, i) => from + i);
