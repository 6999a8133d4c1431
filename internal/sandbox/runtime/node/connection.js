'use strict';

var net = require('net');

var BASE = '/2018-06-01';
var NEXT = '\r\nCloudless-Next: 1'; // what is answered is to be the next event
var END_OF_HEAD = '\r\n\r\n';

module.exports = Connection;

// Connection is one HTTP/1.1 connection to the Runtime API. Requests go out as
// they are made, several in one write where that saves a trip, and answers are
// matched to them in order. It reads what the Runtime API sends, which is less
// than HTTP: every answer has a Content-Length.
function Connection(socketPath, hostAndPort) {
  var at = String(hostAndPort).lastIndexOf(':');
  this.host = hostAndPort || 'localhost';
  this.waiting = []; // callbacks, in the order of their requests
  this.chunks = [];
  this.length = 0; // bytes in chunks
  this.needed = 0; // bytes in chunks before reading on makes sense
  this.socket = socketPath
    ? net.connect(socketPath)
    : net.connect(Number(this.host.slice(at + 1)), this.host.slice(0, at));
  if (!socketPath) {
    this.socket.setNoDelay(true);
  }
  var self = this;
  this.socket.on('data', function (chunk) {
    self.chunks.push(chunk);
    self.length += chunk.length;
    if (self.length >= self.needed) {
      self.read();
    }
  });
  // Without the Runtime API there is nothing left to do.
  this.socket.on('error', function () { process.exit(1); });
  this.socket.on('close', function () { process.exit(1); });
}

Connection.prototype.ref = function () { this.socket.ref(); };
Connection.prototype.unref = function () { this.socket.unref(); };

// next asks for an event.
Connection.prototype.next = function (callback) { this.ask(BASE + '/runtime/invocation/next', callback); };

// ask asks for whatever a path has.
Connection.prototype.ask = function (path, callback) {
  this.waiting.push(callback);
  this.socket.write(this.get(path));
};

// post sends a body, with the type of an error unless errorType is null.
Connection.prototype.post = function (path, body, errorType, callback) {
  this.waiting.push(callback);
  this.write(this.head(path, body, errorType, '') + body);
};

// postAndNext sends a body to which the next event is the answer.
Connection.prototype.postAndNext = function (path, body, errorType, callback) {
  this.waiting.push(callback);
  this.write(this.head(path, body, errorType, NEXT) + body);
};

// stream opens an answer that is sent piece by piece. Its end may be an error; only
// the first end counts.
Connection.prototype.stream = function (path, contentType) {
  var self = this;
  self.socket.write('POST ' + BASE + path + ' HTTP/1.1\r\nHost: ' + self.host + '\r\nContent-Type: ' + contentType +
    '\r\nLambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked' +
    '\r\nTrailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body' + END_OF_HEAD);
  return {
    write: function (piece, done) {
      if (!piece.length) { // which would be the end
        setImmediate(done);
        return;
      }
      self.socket.cork();
      self.socket.write(piece.length.toString(16) + '\r\n');
      self.socket.write(piece);
      self.socket.write('\r\n', done);
      self.socket.uncork();
    },
    ended: false,
    end: function (failure) {
      if (this.ended) {
        return;
      }
      this.ended = true;
      self.waiting.push(null);
      self.socket.write('0\r\n' + (failure ? 'Lambda-Runtime-Function-Error-Type: ' + failure.type +
        '\r\nLambda-Runtime-Function-Error-Body: ' + Buffer.from(failure.body).toString('base64') + '\r\n' : '') +
        '\r\n');
    }
  };
};

// flush calls back when all that was said has been sent.
Connection.prototype.flush = function (callback) { this.socket.write('', callback); };

Connection.prototype.write = function (text) { this.socket.write(text, 'utf8'); };

Connection.prototype.get = function (path) {
  return 'GET ' + path + ' HTTP/1.1\r\nHost: ' + this.host + END_OF_HEAD;
};

Connection.prototype.head = function (path, body, errorType, more) {
  return 'POST ' + BASE + path + ' HTTP/1.1\r\nHost: ' + this.host +
    '\r\nContent-Type: application/json' +
    '\r\nContent-Length: ' + Buffer.byteLength(body, 'utf8') +
    (errorType === null ? '' : '\r\nLambda-Runtime-Function-Error-Type: ' + errorType) +
    more + END_OF_HEAD;
};

// read takes every whole answer out of what has arrived.
Connection.prototype.read = function () {
  var data = this.chunks.length === 1 ? this.chunks[0] : Buffer.concat(this.chunks, this.length);
  var ready = [];
  this.needed = 0;
  for (;;) {
    var end = data.indexOf(END_OF_HEAD);
    if (end < 0) {
      break;
    }
    var response = parseHead(data.toString('utf8', 0, end));
    var whole = end + END_OF_HEAD.length + Number(response.headers['content-length'] || 0);
    if (data.length < whole) {
      this.needed = whole;
      break;
    }
    response.body = data.slice(end + END_OF_HEAD.length, whole);
    data = data.slice(whole);
    ready.push(response);
  }
  this.chunks = data.length ? [data] : [];
  this.length = data.length;
  for (var i = 0; i < ready.length; i++) {
    var callback = this.waiting.shift();
    if (callback) {
      callback(ready[i]);
    }
  }
};

function parseHead(text) {
  var lines = text.split('\r\n');
  var headers = {};
  for (var i = 1; i < lines.length; i++) {
    var colon = lines[i].indexOf(':');
    headers[lines[i].slice(0, colon).toLowerCase()] = lines[i].slice(colon + 1).trim();
  }
  return { status: Number(lines[0].split(' ')[1]), headers: headers, body: null };
}
