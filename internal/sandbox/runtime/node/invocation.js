'use strict';

var errors = require('./errors');
var generation = require('./generation');
var log = require('./log');

module.exports = Invocation;

// Invocation is one event on its way through the handler. It calls
// finish(invocation, failure, body) exactly once: with a failure that errors.js
// described, or with the answer as JSON.
function Invocation(headers, body, finish) {
  this.id = headers['lambda-runtime-aws-request-id'];
  this.headers = headers;
  this.body = body;
  this.finish = finish;
  this.waits = true; // context.callbackWaitsForEmptyEventLoop
  this.settled = false; // the handler has said what it had to say
  this.outcome = null; // what it said
  this.value = null; // or what is to be answered when the event loop is empty, as it is then
  this.due = false; // it is answered, and only has to be sent
  var trace = headers['lambda-runtime-trace-id'];
  if (trace) {
    process.env._X_AMZN_TRACE_ID = trace;
  } else {
    delete process.env._X_AMZN_TRACE_ID;
  }
}

Invocation.prototype.run = function (handler) {
  var self = this;
  var result;
  try {
    var event = JSON.parse(this.body.toString('utf8'));
    this.body = null;
    var args = [event, this.context()];
    if (generation.callbacks) {
      args.push(function (err, value) { self.settle(err, value, !self.waits); });
    }
    result = handler.apply(null, args);
  } catch (err) {
    this.settle(err, null, true);
    return;
  }
  if (generation.promises && result && typeof result.then === 'function') {
    result.then(
      function (value) { self.settle(null, value, true); },
      function (err) { self.settle(isNothing(err) ? 'handled' : err, null, true); });
  } else if (!generation.callbacks) {
    this.settle(null, result, true);
  }
};

// stream runs a handler that writes its answer. It is over when the stream has ended,
// the handler has returned and the event loop has run empty; one that is never ended
// ends with the event loop.
Invocation.prototype.stream = function (handler, out) {
  var self = this;
  var left = 2;
  function over() {
    left--;
    if (!left && !self.waits) {
      self.settle(null, null, true);
    }
  }
  function fails(err) {
    self.settle(isNothing(err) ? new Error(String(err)) : err, null, true);
  }
  out.on('error', fails);
  out.on('finish', function () {
    out.close(null);
    over();
  });
  try {
    var result = handler(JSON.parse(this.body.toString('utf8')), out, this.context());
    this.body = null;
    if (!result || typeof result.then !== 'function') {
      fails('Streaming does not support non-async handlers.');
      return;
    }
    result.then(function (value) {
      if (value !== undefined) {
        console.warn('Streaming handlers ignore return values.');
      }
      over();
    }, fails);
  } catch (err) {
    fails(err);
  }
};

// settle takes the handler's word; only the first counts. It is passed on when
// the current turn of the event loop ends, or, unless now is set, when the loop
// has run empty. Errors do not wait for that, since there are async handlers.
Invocation.prototype.settle = function (err, value, now) {
  if (this.settled) {
    return;
  }
  this.settled = true;
  if (!isNothing(err)) {
    this.outcome = fail(err);
    now = now || generation.trace;
  } else if (now || !generation.trace) {
    this.outcome = answer(value);
  } else {
    this.value = value;
  }
  if (now) {
    this.due = true;
    setImmediate(this.deliver.bind(this));
  }
};

// deliver passes the outcome on. When the event loop has run empty and there was
// none, the answer is null.
Invocation.prototype.deliver = function () {
  this.settled = true;
  var outcome = this.outcome || answer(this.value);
  this.finish(this, outcome.failure, outcome.body);
};

function answer(value) {
  try {
    var body = JSON.stringify(value);
    return { failure: null, body: body === undefined ? 'null' : body };
  } catch (err) {
    return fail(errors.unserializable(err));
  }
}

function fail(err) {
  try {
    log.invokeFailure(err);
  } catch (noText) { // then that is what went wrong
    err = noText;
    log.invokeFailure(err);
  }
  return { failure: errors.describe(err), body: null };
}

function isNothing(value) {
  return value === null || value === undefined;
}

// about is what each context says of the function. It is read once: each look at
// process.env asks the system.
var about = null;

// forget has it read anew, by a process that has become another function's.
Invocation.forget = function () { about = null; };

function aboutFunction() {
  var env = process.env;
  return about || (about = {
    version: env.AWS_LAMBDA_FUNCTION_VERSION,
    name: env.AWS_LAMBDA_FUNCTION_NAME,
    memory: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    group: env.AWS_LAMBDA_LOG_GROUP_NAME,
    stream: env.AWS_LAMBDA_LOG_STREAM_NAME
  });
}

// context makes the handler's second argument.
Invocation.prototype.context = function () {
  var self = this;
  var fn = aboutFunction();
  var deadlineMs = Number(this.headers['lambda-runtime-deadline-ms']);
  var context = {
    get callbackWaitsForEmptyEventLoop() { return self.waits; },
    set callbackWaitsForEmptyEventLoop(value) { self.waits = value; }
  };
  if (generation.callbacks) {
    context.succeed = function (value) { self.settle(null, value, true); };
    context.fail = function (err) { self.settle(isNothing(err) ? 'handled' : err, null, true); };
    context.done = function (err, value) { self.settle(err, value, true); };
  }
  context.functionVersion = fn.version;
  context.functionName = fn.name;
  context.memoryLimitInMB = fn.memory;
  context.logGroupName = fn.group;
  context.logStreamName = fn.stream;
  context.clientContext = json(this.headers['lambda-runtime-client-context'], 'ClientContext');
  context.identity = json(this.headers['lambda-runtime-cognito-identity'], 'CognitoIdentity');
  context.invokedFunctionArn = this.headers['lambda-runtime-invoked-function-arn'];
  context.awsRequestId = this.id;
  context.tenantId = undefined;
  context.getRemainingTimeInMillis = function () { return deadlineMs - Date.now(); };
  if (!generation.trace) {
    context.invokeid = this.id;
  }
  return context;
};

function json(text, name) {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch (err) {
    throw new Error('Cannot parse ' + name + ' as json: ' + err);
  }
}
