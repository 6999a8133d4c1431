'use strict';

// Answers that are sent while they are made: what handlers find as awslambda.

var Writable = require('stream').Writable;
var util = require('util');

var STREAMS = Symbol.for('aws.lambda.runtime.handler.streaming'); // which handlers do so
var HTTP = 'application/vnd.awslambda.http-integration-response';

exports.streams = function (handler) { return handler[STREAMS] === 'response'; };

// install gives handlers the names that they use without asking for a module.
exports.install = function () {
  global.awslambda = {
    streamifyResponse: function (handler) {
      handler[STREAMS] = 'response';
      return handler;
    },
    HttpResponseStream: HttpResponseStream
  };
};

// ResponseStream is what such a handler writes to. Nothing is sent before its
// first piece, so that a handler which fails before that fails like any other.
function ResponseStream(open) {
  Writable.call(this);
  this.open = open; // opens the answer with its type
  this.answer = null; // once it is open
  this.contentType = 'application/octet-stream';
  this.prelude = null;
}
util.inherits(ResponseStream, Writable);
exports.ResponseStream = ResponseStream;

ResponseStream.prototype.setContentType = function (contentType) {
  if (this.answer) {
    throw named('InvalidStreamingOperation', 'Cannot set content-type, too late.');
  }
  this.contentType = contentType;
};

ResponseStream.prototype.begin = function () {
  if (this.answer) {
    return;
  }
  this.answer = this.open(this.contentType);
  if (this.prelude) {
    this.answer.write(Buffer.concat([Buffer.from(JSON.stringify(this.prelude)), Buffer.alloc(8)]));
  }
};

// close ends the answer, with a failure or without; one that was not begun is begun
// without, since an answer without a piece is one, too.
ResponseStream.prototype.close = function (failure) {
  if (!failure) {
    this.begin();
  }
  if (this.answer) {
    this.answer.end(failure);
  }
};

// write takes objects as well, as JSON.
ResponseStream.prototype.write = function (piece, encoding, done) {
  if (typeof piece !== 'string' && !(piece instanceof Uint8Array)) {
    piece = JSON.stringify(piece);
  }
  return Writable.prototype.write.call(this, piece, encoding, done);
};

ResponseStream.prototype._write = function (piece, encoding, done) {
  this.begin();
  this.answer.write(piece, done);
};

// HttpResponseStream gives an answer a status and headers of HTTP: they precede
// it, as JSON and eight zero bytes.
function HttpResponseStream() {}
HttpResponseStream.from = function (stream, prelude) {
  stream.setContentType(HTTP);
  stream.prelude = prelude;
  return stream;
};

function named(name, message) {
  var err = new Error(message);
  err.name = name;
  return err;
}
