'use strict';

var net = require('net');
var generation = require('./generation');

var BASE = '/2018-06-01';
var NEXT = '\r\nCloudless-Next: 1'; // what is answered is to be the next event
var ROOM = 64 << 10; // bytes
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
  this.chunks = []; // of an answer that has not arrived whole
  this.length = 0; // bytes in chunks
  this.needed = 0; // bytes in chunks before reading on makes sense
  var self = this;
  function receive(data) { self.receive(data); }
  var place = socketPath ? { path: socketPath } : { port: Number(this.host.slice(at + 1)), host: this.host.slice(0, at) };
  if (generation.readsInPlace) { // into the same memory again and again, which costs nothing
    place.onread = { buffer: Buffer.alloc(ROOM), callback: function (n, room) { receive(room.slice(0, n)); return true; } };
  }
  this.socket = net.connect(place);
  if (!generation.readsInPlace) {
    this.socket.on('data', receive);
  }
  if (!socketPath) {
    this.socket.setNoDelay(true);
  }
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

// send sends bytes to a path that is none of Lambda's.
Connection.prototype.send = function (path, data, callback) {
  this.waiting.push(callback);
  this.write('POST ' + path + ' HTTP/1.1\r\nHost: ' + this.host + '\r\nContent-Length: ' + data.length + END_OF_HEAD);
  this.socket.write(data);
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

// receive takes every whole answer out of what has arrived, of which data is the
// latest. It holds until the next arrives, and so does an answer's body.
Connection.prototype.receive = function (data) {
  if (this.length) {
    this.chunks.push(Buffer.from(data));
    this.length += data.length;
    if (this.length < this.needed) {
      return;
    }
    data = Buffer.concat(this.chunks, this.length);
  }
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
  this.chunks = data.length ? [Buffer.from(data)] : [];
  this.length = data.length;
  for (var i = 0; i < ready.length; i++) {
    var callback = this.waiting.shift();
    if (callback) {
      callback(ready[i]);
    }
  }
};

// names are those of headers in lower case, by how they were written.
var names = Object.create(null);

function parseHead(text) {
  var headers = {};
  for (var at = text.indexOf('\r\n'); at >= 0;) {
    var end = text.indexOf('\r\n', at + 2);
    var colon = text.indexOf(':', at);
    var name = text.slice(at + 2, colon);
    names[name] = names[name] || name.toLowerCase();
    headers[names[name]] = text.slice(colon + 1, end < 0 ? text.length : end).trim();
    at = end;
  }
  return { status: Number(text.slice(9, 12)), headers: headers, body: null };
}
