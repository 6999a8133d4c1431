'use strict';

// A process that waits for a function it does not know yet: it loads what most
// functions load, and does what they do a few times, against nobody, so that the
// function's first event finds the code compiled. It then asks who it is.

var http = require('http');
var path = require('path');
var generation = require('./generation');
var Invocation = require('./invocation');
var load = require('./load');

var ROUNDS = 240; // calls; beyond this many the first real one becomes no faster
var RENEWAL = 8; // calls after which clients are made anew: a function's first call is on a new one
var BUDGET_MS = 3000; // of practising, on a slow machine

var PACKAGES = ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb', '@aws-sdk/client-s3'];

// The names under which credentials are practised with: no key is ever sent.
var PRACTICE = { AWS_ACCESS_KEY_ID: 'practice', AWS_SECRET_ACCESS_KEY: 'practice', AWS_REGION: 'us-east-1' };

// wait calls start when a function has come, with process.env as it wants it.
module.exports = function wait(api, start) {
  for (var name in PRACTICE) {
    process.env[name] = PRACTICE[name];
  }
  practise(function () {
    modules(function () { ask(api, start); });
  });
};

function ask(api, start) {
  api.ask('/cloudless/adoption', function (response) {
    if (response.status !== 200) {
      process.exit(1);
    }
    become(JSON.parse(response.body.toString('utf8')));
    start();
  });
}

// become makes this process that of a function.
function become(told) {
  // What stays the same is not touched: to set TZ, even to what it is, makes Node
  // look through all the time zones of the machine.
  Object.keys(process.env).forEach(function (name) {
    if (!(name in told.variables)) {
      delete process.env[name];
    }
  });
  Object.keys(told.variables).forEach(function (name) {
    if (process.env[name] !== told.variables[name]) {
      process.env[name] = told.variables[name];
    }
  });
  delete process.env._LAMBDA_TELEMETRY_LOG_FD; // the log has it
  process.chdir(told.directory);
  var AWS = sdk('aws-sdk', true);
  if (AWS) {
    AWS.config = new AWS.Config(); // read from the environment when it was loaded
  }
}

// sdk returns a package that the runtime brings, or null. Its name here is the
// one to which a function's require resolves, so that both get the same module.
function sdk(name, loadedOnly) {
  try {
    var file = require.resolve(path.join(__dirname, 'node_modules', name));
    return loadedOnly && !require.cache[file] ? null : require(file);
  } catch (err) {
    return null; // a pack that does not have it
  }
}

function practise(done) {
  var until = Date.now() + BUDGET_MS;
  var server = http.createServer(function (request, response) {
    request.resume();
    request.on('end', function () {
      response.setHeader('Content-Type', 'application/x-amz-json-1.0');
      response.end(request.headers['x-amz-target'] ? '{}' : '');
    });
  });
  server.listen(0, '127.0.0.1', function () {
    process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:' + server.address().port; // as a function finds it
    var make = maker(process.env.AWS_ENDPOINT_URL);
    var clients = null;
    var round = 0;
    (function next() {
      var over = !make || round === ROUNDS || Date.now() > until;
      if (clients && (over || round % RENEWAL === 0)) {
        clients.end();
        clients = null;
      }
      if (over) {
        server.close(done);
        return;
      }
      if (!clients) {
        reload();
        clients = make();
      }
      invocation(clients.calls[round++ % clients.calls.length], next);
    })();
  });
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

// invocation takes one call the way that an event takes.
function invocation(call, done) {
  new Invocation({
    'lambda-runtime-aws-request-id': 'practice', 'lambda-runtime-deadline-ms': String(Date.now() + 1000)
  }, Buffer.from('{"key":"value"}'), done).run(function (event, context, callback) {
    context.getRemainingTimeInMillis();
    if (!callback) {
      return new Promise(call);
    }
    call(function () { context.succeed({ statusCode: 200, body: event.key }); });
  });
}

// maker returns what makes clients of the SDK that the runtime brings, and tells
// what to do with each, or null if there is no SDK.
function maker(endpoint) {
  return generation.modularSDK ? modular() : whole(endpoint);
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

function whole(endpoint) {
  var AWS = sdk('aws-sdk');
  if (!AWS) {
    return null;
  }
  return function () {
    var agent = new http.Agent({ keepAlive: true });
    var options = { endpoint: endpoint, s3ForcePathStyle: true, httpOptions: { agent: agent } };
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
