'use strict';

// The runtime of Node functions: asks the Runtime API for an event, calls the
// handler with it, and sends back what became of it.
//
//   node index.js [SOCKET [wait|compile]]
//
// SOCKET is the path of a unix socket on which the Runtime API answers; without
// it, AWS_LAMBDA_RUNTIME_API names host and port. With "wait", the function is
// not known yet: wait.js. With "compile", there never will be one: compile.js.
//
// One program serves Node 4 to the newest, so it is written in the JavaScript of
// 2015. What Lambda did otherwise in one generation than in the next is asked of
// generation.js and of nobody else.

var generation = require('./generation');
if (!generation.readsExtraCertificates || process.env._CLOUDLESS_CA) { // each file that is read makes a function start later
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

load.hide();
log.install();
if (generation.streams) {
  stream.install();
}

var api = new Connection(process.argv[2], process.env.AWS_LAMBDA_RUNTIME_API);
var handler = null; // the user's function, once loaded
var current = null; // the invocation being worked on, if any
var answer = null; // what of its answer is sent before its end, if any

var before = process.argv[3]; // what comes before there is a function, if anything does
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
  answer = api.stream('/runtime/invocation/' + current.id + '/response', contentType);
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
    answer.end(failure);
    answer = null;
    api.next(onEvent);
  } else if (failure) {
    api.postAndNext('/runtime/invocation/' + id + '/error', failure.body, failure.type, onEvent);
  } else {
    api.postAndNext('/runtime/invocation/' + id + '/response', body, null, onEvent);
  }
}

// crash ends the process after telling the Runtime API why, unless the handler has
// answered already: what it said counts.
function crash(failure, code) {
  function exit() { process.exit(code); }
  api.ref();
  var last = current;
  current = null;
  if (answer) {
    answer.end(failure);
    api.flush(exit);
  } else if (last && last.due) {
    send(last, exit);
  } else if (last) {
    api.post('/runtime/invocation/' + last.id + '/error', failure.body, failure.type, exit);
  } else if (handler) {
    api.flush(exit);
  } else {
    api.post('/runtime/init/error', failure.body, failure.type, exit);
  }
}

// send passes on what a handler has said, and asks for nothing.
function send(last, done) {
  var path = '/runtime/invocation/' + last.id;
  if (last.outcome.failure) {
    api.post(path + '/error', last.outcome.failure.body, last.outcome.failure.type, done);
  } else {
    api.post(path + '/response', last.outcome.body, null, done);
  }
}

// A process that is ended by its own program may have answered in the same turn.
process.on('exit', function () {
  if (current && current.due && !answer) {
    send(current, null);
  }
});

// The event loop has run empty. A handler whose callback waited for that is
// done; one that never called it answers null, as it always did on Lambda.
process.on('beforeExit', function () {
  if (current) {
    current.deliver();
  } else if (!handler) {
    process.stderr.write('Warning: Detected unsettled top-level await\n');
    process.exit(13); // as Node's own programs do
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

// start loads the function. What goes wrong until the end of the turn, such as a
// promise that fails, goes wrong while it loads; a module that waits for what will
// never come is noticed by an event loop that has run empty.
function start() {
  Invocation.forget(); // what was practised with
  api.unref();
  load(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER, function (err, fn) {
    if (err) {
      log.initFailure(err);
      crash(errors.describe(err), 1);
      return;
    }
    setImmediate(function () {
      handler = fn;
      rest();
      api.next(onEvent);
    });
  });
}

// rehearse has an event that nobody has sent take the way that events take, and its
// answer reach a stand-in for the connection.
function rehearse(standIn, fn, response) {
  api = standIn;
  handler = fn;
  onEvent(response);
}

if (generation.compiles && before !== 'compile') {
  require('./compiled').install();
}
if (before === 'compile') {
  require('./compile')(api, rehearse);
} else if (before) {
  var real = api;
  require('./wait').wait(api, rehearse, function () {
    api = real;
    handler = null;
    start();
  });
} else {
  start();
}
