'use strict';

// How a failure reads on the wire and in the log.

var generation = require('./generation');

// isError also knows errors that were made in another context of the process, and
// what looks like one.
function isError(value) {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]' ||
    Boolean(generation.trace && value && ['name', 'message', 'stack'].every(function (key) {
      return typeof value[key] === 'string' && value[key];
    }));
}

// intoError makes an error of whatever was thrown. It throws if that has no text.
function intoError(value) { return value instanceof Error ? value : new Error(value); }
exports.intoError = intoError;

// named makes an error of one of Lambda's own types.
function named(name, message) {
  var err = new Error(message);
  Object.defineProperty(err, 'name', { value: name }); // which a log does not show as something of the error's own
  return err;
}

// describe returns the failure's body as JSON and its type, fit for a header.
exports.describe = function (err) {
  var told = generation.trace ? tell(err) : tellAsBefore(err);
  var type = String(told.errorType || 'Error').replace(/[^\x20-\x7e]/g, '?');
  return { body: JSON.stringify(told), type: type };
};

function tell(err) {
  try {
    if (isError(err)) {
      plain(err.stack); // one without is told as a problem
      return { errorType: plain(err.name), errorMessage: plain(err.message), trace: lines(err).map(plain) };
    }
    return { errorType: typeof err, errorMessage: err.toString(), trace: [] };
  } catch (noText) {
    return {
      errorType: 'handled',
      errorMessage: 'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack'
    };
  }
}

// plain fails of what is no text, as AWS's client does.
function plain(text) { return text.replace(/\x7f/g, '%7F'); }

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

// format returns what the log shows of an error: one JSON document, with what the
// error has of its own, and the errors in it alike.
exports.format = function (err) {
  err = intoError(err);
  try {
    return JSON.stringify(err, function (_, value) { return value instanceof Error ? show(value) : value; });
  } catch (circular) {
    return JSON.stringify(tell(err));
  }
};

function show(err) {
  var shown = { errorType: err.name, errorMessage: err.message, code: err.code };
  Object.keys(err).forEach(function (key) { shown[key] = err[key]; });
  if (typeof err.stack === 'string') {
    shown.stack = lines(err);
  }
  return shown;
}

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
  if (err && err.code === 'MODULE_NOT_FOUND') { // what import does not find is an error like others
    return rename(err, 'Runtime.ImportModuleError');
  }
  return err;
};

// rename makes an error of Lambda's own type. Of the modules that required one which is
// not there, Lambda's are named where ours are.
function rename(err, name) {
  var text = String(err).replace(/(\n- \/var\/runtime\/\w+\.js)+/, requirers());
  var renamed = named(name, text);
  renamed.stack = [name + ': ' + text].concat(frames(err)).join('\n');
  return renamed;
}

function requirers() {
  return generation.runtimeFiles.map(function (file) { return '\n- /var/runtime/' + file; }).join('');
}

exports.missingHandler = function (module, handler, found) {
  return generation.trace
    ? named('Runtime.HandlerNotFound', module + '.' + handler + (found ? ' is not a function' : ' is undefined or not exported'))
    : "Handler '" + handler + "' missing on module '" + module + "'";
};

exports.malformedHandler = function (name) {
  if (!generation.trace) {
    return 'Bad handler ' + name;
  }
  return named('Runtime.MalformedHandlerName', name.indexOf('..') < 0 ? 'Bad handler' : "'" + name +
    "' is not a valid handler name. Use absolute paths when specifying root directories in handler names.");
};

// missingModule says that there is no module of a name, and who looked for it.
exports.missingModule = function (name) {
  var err = new Error("Cannot find module '" + name + "'\nRequire stack:" + requirers());
  err.code = 'MODULE_NOT_FOUND';
  return err;
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
