'use strict';

// What the function says, on its way to the log. Each message goes out as one
// frame on a pipe of its own, so that a message of many lines stays one event.

var fs = require('fs');
var util = require('util');
var errors = require('./errors');
var generation = require('./generation');

var FRAME = 0xa55a0003; // a message with its time in microseconds
var HEAD = 16;

var fd = Number(process.env._LAMBDA_TELEMETRY_LOG_FD || 0);
var requestId;

exports.setRequestId = function (id) { requestId = id; };

// install makes the console write log lines.
exports.install = function () {
  delete process.env._LAMBDA_TELEMETRY_LOG_FD;
  var levels = { debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' };
  Object.keys(levels).forEach(function (method) {
    console[method] = function () {
      write(levels[method], util.format.apply(util, arguments));
    };
  });
  console.trace = function trace() {
    var err = { name: 'Trace', message: util.format.apply(util, arguments) };
    Error.captureStackTrace(err, trace);
    write('TRACE', err.stack);
  };
};

exports.line = function (text) { write('ERROR', text); };

// failure logs an error that ended the process.
exports.failure = function (title, err) { write('ERROR', title + ' \t' + errors.format(err)); };

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
  var head = now.toISOString() + '\t' + requestId + '\t' + (generation.levels ? level + '\t' : '');
  if (fd) {
    writeFrame(now.getTime(), head + message);
  } else {
    process.stdout.write((head + message).replace(/\n/g, '\r') + '\n');
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
