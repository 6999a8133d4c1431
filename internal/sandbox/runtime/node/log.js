'use strict';

// What the function says, on its way to the log. Each message goes out as one
// frame on a pipe of its own, so that a message of many lines stays one event.
// It is a line of text, or a JSON object where the function is configured so.

var fs = require('fs');
var util = require('util');
var errors = require('./errors');
var generation = require('./generation');

var FRAME = 0xa55a0003; // a message with its time in microseconds
var HEAD = 16;

var fd = Number(process.env._LAMBDA_TELEMETRY_LOG_FD || 0);
var requestId;

exports.setRequestId = function (id) { requestId = id; };

var LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];

// config is how the function wants to log. A process that waited for its
// function knows it no sooner than when that says something.
var config = function () {
  var json = String(process.env.AWS_LAMBDA_LOG_FORMAT).toUpperCase() === 'JSON';
  var found = { json: json, least: json ? LEVELS.indexOf(String(process.env.AWS_LAMBDA_LOG_LEVEL).toUpperCase()) : -1 };
  config = function () { return found; };
  return found;
};

// install makes the console write log lines.
exports.install = function () {
  delete process.env._LAMBDA_TELEMETRY_LOG_FD;
  var levels = { debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' };
  if (generation.trace) {
    levels.trace = 'TRACE';
    levels.fatal = 'FATAL';
  }
  Object.keys(levels).forEach(function (method) {
    console[method] = function () { say(levels[method], arguments); };
  });
  if (generation.trace) {
    return;
  }
  console.trace = function trace() {
    var err = { name: 'Trace', message: util.format.apply(util, arguments) };
    Error.captureStackTrace(err, trace);
    write('TRACE', err.stack);
  };
};

// say logs what a method of the console was given.
function say(level, given) {
  if (!given.length) {
    given = [undefined]; // which is what such a line says
  }
  if (!config().json) {
    return write(level, util.format.apply(util, given));
  }
  if (LEVELS.indexOf(level) >= config().least) {
    writeJSON(level, Array.prototype.slice.call(given));
  }
}

exports.line = function (text) { write('ERROR', text); };

// failure logs an error that ended the process.
exports.failure = function (title, err) {
  if (config().json) {
    return writeJSON('ERROR', [errors.intoError(err)]);
  }
  write('ERROR', title + ' \t' + errors.format(err));
};

// invokeFailure logs the error that a handler answered with.
exports.invokeFailure = function (err) {
  if (generation.trace) {
    exports.failure('Invoke Error', err);
  } else {
    write('ERROR', errors.asBefore(err));
  }
};

// initFailure logs why the user's module could not be used.
exports.initFailure = function (err) {
  if (generation.trace) {
    exports.failure('Uncaught Exception', err);
  } else if (err && err.stack) {
    var module = String(process.env._HANDLER).split('.')[0];
    write('ERROR', (err.code === 'MODULE_NOT_FOUND' ? "Unable to import module '" + module + "': " : 'module initialization error: ') +
      String(err.stack).replace(/^(\w+): .*/, '$1'));
  } else {
    write('ERROR', String(err));
  }
};

function write(level, message) {
  var now = new Date();
  send(now, now.toISOString() + '\t' + requestId + '\t' + (generation.levels ? level + '\t' : '') + message + '\n');
}

// writeJSON logs an object with what was given: one value as it is, several as
// the text that they make, beside the first error among them.
function writeJSON(level, given) {
  var now = new Date();
  var told = { timestamp: now.toISOString(), level: level, requestId: requestId, message: given[0] };
  if (given.length === 1) {
    var text;
    try {
      text = JSON.stringify(told, function (_, value) { return value instanceof Error ? describe(value, value) : value; });
    } catch (circular) {
      told.message = util.format(told.message);
      text = JSON.stringify(told);
    }
    return send(now, text);
  }
  told.message = util.format.apply(util, given);
  var err = given.filter(function (value) { return value instanceof Error; })[0];
  send(now, JSON.stringify(err ? describe(err, {}, told) : told));
}

// describe adds to an object, or to a new one, what an error is, and what else.
function describe(err, properties, told) {
  told = told || {};
  told.errorType = err.constructor && err.constructor.name || 'UnknownError';
  told.errorMessage = err.message;
  told.stackTrace = typeof err.stack === 'string' ? err.stack.split('\n') : [];
  Object.keys(properties).forEach(function (key) { told[key] = properties[key]; });
  return told;
}

// send puts a message on its way.
function send(now, text) {
  if (fd) {
    writeFrame(now.getTime(), text);
  } else {
    process.stdout.write(text.replace(/\n$/, '').replace(/\n/g, '\r') + '\n');
  }
}

function writeFrame(ms, text) {
  var body = toBuffer(text);
  var frame = toBuffer(new Array(HEAD + 1).join('\0'));
  frame.writeUInt32BE(FRAME, 0);
  frame.writeUInt32BE(body.length, 4);
  var us = ms * 1000; // beyond 32 bits, within what a double holds exactly
  frame.writeUInt32BE(Math.floor(us / 0x100000000), 8);
  frame.writeUInt32BE(us % 0x100000000, 12);
  writeAll(Buffer.concat([frame, body]));
}

function writeAll(data) {
  for (var at = 0; at < data.length;) {
    at += fs.writeSync(fd, data, at, data.length - at);
  }
}

// toBuffer is Buffer.from, which the oldest versions of Node do not have.
function toBuffer(text) {
  return Buffer.from && Buffer.from !== Uint8Array.from ? Buffer.from(text, 'utf8') : new Buffer(text, 'utf8');
}
