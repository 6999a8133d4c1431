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
  this.outcome = null; // what it said, while the event loop is not yet empty
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
      function (err) { self.settle(isNothing(err) ? new Error(String(err)) : err, null, true); });
  } else if (!generation.callbacks) {
    this.settle(null, result, true);
  }
};

// stream runs a handler that writes its answer, until the stream has ended or
// either of them fails. One that is never ended ends with the event loop.
Invocation.prototype.stream = function (handler, out) {
  var self = this;
  function fails(err) {
    self.settle(isNothing(err) ? new Error(String(err)) : err, null, true);
  }
  out.on('error', fails);
  out.on('finish', function () {
    out.begin(); // an answer without a piece is one, too
    self.settle(null, null, true);
  });
  try {
    var result = handler(JSON.parse(this.body.toString('utf8')), out, this.context());
    this.body = null;
    if (!result || typeof result.then !== 'function') {
      throw new Error('Streaming does not support non-async handlers.');
    }
    result.then(null, fails);
  } catch (err) {
    fails(err);
  }
};

// settle takes the handler's word; only the first counts. It is passed on when
// the current turn of the event loop ends, or, unless now is set, when the loop
// has run empty.
Invocation.prototype.settle = function (err, value, now) {
  if (this.settled) {
    return;
  }
  this.settled = true;
  this.outcome = isNothing(err) ? answer(value) : fail(err);
  if (now) {
    setImmediate(this.deliver.bind(this));
  }
};

// deliver passes the outcome on. When the event loop has run empty and there was
// none, the answer is null.
Invocation.prototype.deliver = function () {
  this.settled = true;
  var outcome = this.outcome || { failure: null, body: 'null' };
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
  log.invokeFailure(err);
  return { failure: errors.describe(err), body: null };
}

function isNothing(value) {
  return value === null || value === undefined;
}

// context makes the handler's second argument.
Invocation.prototype.context = function () {
  var self = this;
  var env = process.env;
  var deadlineMs = Number(this.headers['lambda-runtime-deadline-ms']);
  var context = {
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: json(this.headers['lambda-runtime-client-context']),
    identity: json(this.headers['lambda-runtime-cognito-identity']),
    invokedFunctionArn: this.headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: this.id,
    getRemainingTimeInMillis: function () { return deadlineMs - Date.now(); }
  };
  Object.defineProperty(context, 'callbackWaitsForEmptyEventLoop', {
    enumerable: true,
    configurable: true,
    get: function () { return self.waits; },
    set: function (value) { self.waits = Boolean(value); }
  });
  if (generation.callbacks) {
    context.done = function (err, value) { self.settle(err, value, true); };
    context.succeed = function (value) { self.settle(null, value, true); };
    context.fail = function (err) { self.settle(isNothing(err) ? 'handled' : err, null, true); };
  }
  if (!generation.trace) {
    context.invokeid = this.id;
  }
  return context;
};

function json(text) {
  return text ? JSON.parse(text) : undefined;
}
