'use strict';

// The runtime of Node functions: asks the Runtime API for an event, calls the
// handler with it, and sends back what became of it.
//
//   node index.js [SOCKET [wait]]
//
// SOCKET is the path of a unix socket on which the Runtime API answers; without
// it, AWS_LAMBDA_RUNTIME_API names host and port. With "wait", the function is
// not known yet: wait.js.
//
// One program serves Node 4 to the newest, so it is written in the JavaScript of
// 2015. What Lambda did otherwise in one generation than in the next is asked of
// generation.js and of nobody else.

var generation = require('./generation');
if (!generation.readsExtraCertificates) { // each file that is read makes a function start later
  require('./trust').install();
}
if (process.env._CLOUDLESS_HTTPS) {
  require('./names').install();
}

var errors = require('./errors');
var log = require('./log');
var Connection = require('./connection');
var Invocation = require('./invocation');
var load = require('./load');
var stream = require('./stream');

log.install();
if (generation.streams) {
  stream.install();
}

var api = new Connection(process.argv[2], process.env.AWS_LAMBDA_RUNTIME_API);
var handler = null; // the user's function, once loaded
var current = null; // the invocation being worked on, if any
var answer = null; // what of its answer is sent before its end, if any

var waits = process.argv[3] === 'wait';
process.argv.splice(2, 2); // none of it is the function's business

// rest is the state between events. Only then does the connection keep the
// process alive: while a handler runs, the event loop is its own, and may run empty.
function rest() {
  current = null;
  log.setRequestId(undefined);
  api.ref();
}

function onEvent(response) {
  if (response.status !== 200) {
    process.exit(1);
  }
  api.unref();
  current = new Invocation(response.headers, response.body, finish);
  log.setRequestId(current.id);
  if (generation.streams && stream.streams(handler)) {
    current.stream(handler, new stream.ResponseStream(openAnswer));
  } else {
    current.run(handler);
  }
}

function openAnswer(contentType) {
  answer = api.stream('/runtime/invocation/' + current.id + '/response', contentType, onEvent);
  return answer;
}

// finish sends the outcome and asks for the next event, in one request.
function finish(invocation, failure, body) {
  if (invocation !== current) {
    return;
  }
  var id = invocation.id;
  rest();
  if (answer) { // most of it has been sent
    var open = answer;
    answer = null;
    open.end(failure);
  } else if (failure) {
    api.postAndNext('/runtime/invocation/' + id + '/error', failure.body, failure.type, onEvent);
  } else {
    api.postAndNext('/runtime/invocation/' + id + '/response', body, null, onEvent);
  }
}

// crash ends the process after telling the Runtime API why, if it has not been
// told of this invocation's end already.
function crash(failure, code) {
  api.ref();
  var path = current ? '/runtime/invocation/' + current.id + '/error' : '/runtime/init/error';
  if (handler && !current) {
    process.exit(code);
  }
  current = null;
  api.post(path, failure.body, failure.type, function () {
    process.exit(code);
  });
}

// The event loop has run empty. A handler whose callback waited for that is
// done; one that never called it answers null, as it always did on Lambda.
process.on('beforeExit', function () {
  if (current) {
    current.deliver();
  }
});

process.on('uncaughtException', function (err) {
  if (generation.reportsCrashes) {
    log.failure('Uncaught Exception', err);
    crash(errors.describe(err), 129);
    return;
  }
  log.line(err && err.stack ? err.stack : String(err));
  process.exit(1);
});

if (generation.rejectionsAreFatal) {
  process.on('unhandledRejection', function (reason, promise) {
    var err = errors.unhandledRejection(reason, promise);
    log.failure('Unhandled Promise Rejection', err);
    crash(errors.describe(err), 128);
  });
}

function start() {
  load(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER, function (err, fn) {
    if (err) {
      log.initFailure(err);
      crash(errors.describe(err), 1);
      return;
    }
    handler = fn;
    rest();
    api.next(onEvent);
  });
}

if (waits) {
  require('./wait')(api, start);
} else {
  start();
}
