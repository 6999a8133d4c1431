'use strict';

// How a failure reads on the wire and in the log.

var util = require('util');
var generation = require('./generation');

// isError also knows errors that were made in another context of the process.
function isError(value) {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

// named makes an error of one of Lambda's own types.
function named(name, message) {
  var err = new Error(message);
  err.name = name;
  return err;
}

// describe returns the failure's body as JSON and its type, fit for a header.
exports.describe = function (err) {
  var told = generation.trace ? tell(err) : tellAsBefore(err);
  var type = String(told.errorType || 'Error').replace(/[^\x20-\x7e]/g, '?');
  return { body: JSON.stringify(told), type: type };
};

function tell(err) {
  if (!isError(err)) {
    return { errorType: typeof err, errorMessage: String(err), trace: [] };
  }
  var told = { errorType: err.name, errorMessage: err.message, trace: lines(err) };
  if (err.reason !== undefined && err.promise !== undefined) { // a rejection
    told = {
      errorType: told.errorType, errorMessage: told.errorMessage,
      reason: isError(err.reason) ? tell(err.reason) : err.reason, promise: {}, trace: told.trace
    };
  }
  return told;
}

function tellAsBefore(err) {
  if (!isError(err)) {
    return { errorMessage: typeof err === 'object' ? JSON.stringify(err) : String(err) };
  }
  return {
    errorMessage: err.message,
    errorType: err.name,
    stackTrace: frames(err).map(function (line) { return line.replace(/^\s+at /, ''); })
  };
}

// frames are the lines of a stack that name places.
function frames(err) {
  return lines(err).filter(function (line) { return /^\s+at /.test(line); });
}

// lines splits a stack, whose first line shows the name the error has now: the
// stack was taken when the error was made, perhaps under another name.
function lines(err) {
  var stack = String(err.stack || err).split('\n');
  if (/^Runtime\./.test(err.name) && stack[0].indexOf(err.name) !== 0) {
    stack[0] = err.name + ': ' + String(err.message).split('\n')[0];
  }
  return stack;
}

// format returns what the log shows of an error: one JSON document.
exports.format = function (err) {
  if (!isError(err)) {
    return JSON.stringify({ errorType: typeof err, errorMessage: String(err), stack: [] });
  }
  var shown = { errorType: err.name, errorMessage: err.message };
  Object.keys(err).forEach(function (key) {
    if (!(key in shown) && key !== 'name' && key !== 'promise') {
      shown[key] = err[key];
    }
  });
  shown.stack = lines(err);
  try {
    return JSON.stringify(shown);
  } catch (circular) {
    return util.inspect(err);
  }
};

// asBefore returns what the log of the oldest runtimes shows of an error.
exports.asBefore = function (err) { return JSON.stringify(tellAsBefore(err)); };

// failedImport says why the user's module could not be loaded.
exports.failedImport = function (err) {
  if (!generation.trace) {
    return err;
  }
  if (err instanceof SyntaxError) {
    return rename(err, 'Runtime.UserCodeSyntaxError');
  }
  if (err && (err.code === 'MODULE_NOT_FOUND' || err.code === 'ERR_MODULE_NOT_FOUND')) {
    return rename(err, 'Runtime.ImportModuleError');
  }
  return err;
};

function rename(err, name) {
  var renamed = named(name, String(err));
  renamed.stack = [name + ': ' + err].concat(frames(err)).join('\n');
  return renamed;
}

exports.missingHandler = function (module, handler) {
  return generation.trace
    ? named('Runtime.HandlerNotFound', module + '.' + handler + ' is undefined or not exported')
    : "Handler '" + handler + "' missing on module '" + module + "'";
};

exports.malformedHandler = function (name) {
  return generation.trace ? named('Runtime.MalformedHandlerName', 'Bad handler') : 'Bad handler ' + name;
};

exports.callbackHandler = function () {
  return named('Runtime.CallbackHandlerDeprecated',
    'AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. ' +
    'You need to modify this function to use a supported handler signature to use Node.js 24 or later. ' +
    'For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.');
};

exports.unhandledRejection = function (reason, promise) {
  var err = named('Runtime.UnhandledPromiseRejection', String(reason));
  err.reason = reason;
  err.promise = promise;
  return err;
};

exports.unserializable = function (err) {
  return generation.trace
    ? new Error('Unable to stringify response body')
    : new Error('Unable to stringify body as json: ' + err.message);
};
