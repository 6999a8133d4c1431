'use strict';

// A process that waits for a function it does not know yet: it loads what most
// functions load, and does what they do a few times, against nobody, so that the
// function's first event finds the code compiled. It then asks who it is.

var path = require('path');
var generation = require('./generation');
var load = require('./load');

var ROUNDS = 240; // calls; beyond this many the first real one becomes no faster
var COLLECTION = 160; // calls after which all garbage is collected
var RENEWAL = 4; // calls after which clients are made anew: a function's first call is on a new one
var CHANGES = 20; // of the environment, into what it is
var BUDGET_MS = 3000; // of practising, on a slow machine

var PACKAGES = ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb', '@aws-sdk/client-s3'];

// What a function has and this process does not know yet. Nobody hears of it: until
// somebody is adopted, the endpoint answers for practice.
var PRACTICE = {
  AWS_ACCESS_KEY_ID: 'practice', AWS_SECRET_ACCESS_KEY: 'practice', AWS_SESSION_TOKEN: 'practice',
  AWS_LAMBDA_FUNCTION_NAME: 'practice'
};

// config has an SDK read its configuration anew, if there is one that keeps it.
var config = null;

// wait calls start when a function has come, with process.env as it wants it. With
// rehearse it gives itself an event: a stand-in for api, a handler and the event.
exports.wait = function (api, rehearse, start) {
  exports.practise(api, rehearse, function (collect) {
    modules(function () {
      collect({ type: 'minor' });
      ask(api, start);
    });
  });
};

// practise does what functions do, and calls done with what collects garbage.
exports.practise = function (api, rehearse, done) {
  for (var name in PRACTICE) {
    process.env[name] = PRACTICE[name];
  }
  process.env.AWS_REGION = process.env.AWS_REGION || 'us-east-1';
  var collect = collector();
  repeat(invoker(api, rehearse), collect, function () {
    for (var i = 0; i < CHANGES; i++) {
      become(JSON.parse(JSON.stringify(process.env)));
    }
    done(collect);
  });
};

// ask asks who this process is, and for its code, which comes a little later: both
// at once, so that there is no way between the one and the other.
function ask(api, start) {
  var told;
  api.ask('/cloudless/adoption', function (response) {
    told = JSON.parse(whole(response));
    become(told.variables);
  });
  api.ask('/cloudless/adoption/code', function (response) {
    whole(response);
    process.chdir(told.directory);
    start();
  });
}

// whole returns the body of an answer, or ends.
function whole(response) {
  if (response.status !== 200) {
    process.exit(1);
  }
  return response.body.toString('utf8');
}

// become makes this process that of a function.
function become(variables) {
  // What stays the same is not touched: to set TZ, even to what it is, makes Node
  // look through all the time zones of the machine.
  Object.keys(process.env).forEach(function (name) {
    if (!(name in variables)) {
      delete process.env[name];
    }
  });
  Object.keys(variables).forEach(function (name) {
    if (process.env[name] !== variables[name]) {
      process.env[name] = variables[name];
    }
  });
  delete process.env._LAMBDA_TELEMETRY_LOG_FD; // the log has it
  if (config) {
    config();
  }
}

// sdk returns a package that the runtime brings, or null. Its name here is the
// one to which a function's require resolves, so that both get the same module.
function sdk(name) {
  try {
    return require(path.join(__dirname, 'node_modules', name));
  } catch (err) {
    return null; // a pack that does not have it
  }
}

// repeat has invoke make one call after the other.
function repeat(invoke, collect, done) {
  var until = Date.now() + BUDGET_MS;
  var make = maker();
  var clients = null;
  var round = 0;
  (function next() {
    var over = !make || round === ROUNDS || Date.now() > until;
    if (clients && (over || round % RENEWAL === 0)) {
      clients.end();
      clients = null;
    }
    if (over) {
      done();
      return;
    }
    if (round === COLLECTION) {
      collect();
    }
    if (!clients) {
      reload();
      clients = make();
    }
    invoke(clients.calls[round++ % clients.calls.length], next);
  })();
}

// collector returns what collects garbage, so that none has to be collected during an
// event: all of it early, since with it goes some of what was compiled, which the
// calls after it bring back; at the end what these have left, which is young. That it
// can be had is nothing for contexts that a function makes later.
function collector() {
  var v8 = require('v8');
  var gc = null;
  return function (which) {
    v8.setFlagsFromString('--expose-gc');
    gc = gc || require('vm').runInNewContext('gc');
    gc(which);
    v8.setFlagsFromString('--no-expose-gc');
  };
}

// modules loads ECMAScript modules, and the SDK as they load it, once.
function modules(done) {
  if (!generation.modules) {
    done();
    return;
  }
  var load = require('./import');
  var url = require('url').pathToFileURL(path.join(__dirname, 'practice.mjs')).href;
  Promise.all([url].concat(generation.modularSDK ? PACKAGES : []).map(function (name) {
    return load(name).catch(function () {}); // a pack that does not have it
  })).then(done, done);
}

// reload loads a module the way that a function's is loaded.
function reload() {
  load(__dirname, 'practice.handler', function () {});
  delete require.cache[require.resolve('./practice')];
}

// invoker returns what takes one call the way that an event takes, to the Runtime API
// itself: that knows of no such event, and refuses the answer.
function invoker(api, rehearse) {
  var done;
  var standIn = {
    ref: function () {},
    unref: function () {},
    postAndNext: function (path, body, errorType) {
      api.postAndNext(path, body, errorType, function () { done(); });
    }
  };
  return function (call, next) {
    done = next;
    rehearse(standIn, function (event, context, callback) {
      context.getRemainingTimeInMillis();
      if (!callback) {
        return new Promise(call);
      }
      call(function () { context.succeed({ statusCode: 200, body: event.key }); });
    }, {
      status: 200,
      headers: {
        'lambda-runtime-aws-request-id': 'practice', 'lambda-runtime-deadline-ms': String(Date.now() + 1000),
        'lambda-runtime-trace-id': 'Root=practice'
      },
      body: Buffer.from('{"key":"value"}')
    });
  };
}

// maker returns what makes clients of the SDK that the runtime brings, and tells
// what to do with each, or null if there is no SDK.
function maker() {
  return generation.modularSDK ? modular() : monolithic();
}

function modular() {
  var all = PACKAGES.map(function (name) { return sdk(name); });
  if (all.indexOf(null) >= 0) {
    return null;
  }
  var dynamodb = all[0];
  var documents = all[1];
  var s3 = all[2];
  function send(client, make) {
    return function (done) { client.send(make()).then(done, done); };
  }
  return function () {
    var table = new dynamodb.DynamoDBClient({});
    var items = documents.DynamoDBDocumentClient.from(table);
    var bucket = new s3.S3Client({ forcePathStyle: true });
    return {
      calls: [
        send(table, function () { return new dynamodb.PutItemCommand({ TableName: 'practice', Item: { pk: { S: 'a' } } }); }),
        send(table, function () { return new dynamodb.GetItemCommand({ TableName: 'practice', Key: { pk: { S: 'a' } } }); }),
        send(items, function () { return new documents.PutCommand({ TableName: 'practice', Item: { pk: 'a', n: 1 } }); }),
        send(bucket, function () { return new s3.PutObjectCommand({ Bucket: 'practice', Key: 'a', Body: 'b' }); })
      ],
      end: function () { table.destroy(); bucket.destroy(); }
    };
  };
}

function monolithic() {
  var AWS = sdk('aws-sdk');
  if (!AWS) {
    return null;
  }
  var http = require('http');
  config = function () { AWS.config = new AWS.Config(); }; // it was read from the environment
  return function () {
    var agent = new http.Agent({ keepAlive: true });
    var options = { endpoint: process.env.AWS_ENDPOINT_URL, s3ForcePathStyle: true, httpOptions: { agent: agent } };
    var table = new AWS.DynamoDB(options);
    var items = new AWS.DynamoDB.DocumentClient(options);
    var bucket = new AWS.S3(options);
    return {
      calls: [
        function (done) { table.putItem({ TableName: 'practice', Item: { pk: { S: 'a' } } }, done); },
        function (done) { items.put({ TableName: 'practice', Item: { pk: 'a', n: 1 } }, done); },
        function (done) { bucket.putObject({ Bucket: 'practice', Key: 'a', Body: 'b' }, done); }
      ],
      end: function () { agent.destroy(); }
    };
  };
}
