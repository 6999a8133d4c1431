'use strict';

// Names of AWS's endpoints, where the process shares the machine's network and
// they would lead to AWS.

var net = require('net');

// ENDPOINT matches them: those that the DNS of an environment knows.
var ENDPOINT = /.\.(amazonaws\.com|amazonaws\.com\.cn|api\.aws|on\.aws)\.?$/i;

// install leads every connection to such a name to the addresses that the
// variables name, and does nothing without them. All connections of a process
// are made here: those of http, of tls and of fetch too. What a connection says
// of itself stays as it was, so a certificate is still checked by its name.
exports.install = function () {
  var ports = { 80: take('_CLOUDLESS_HTTP'), 443: take('_CLOUDLESS_HTTPS') };
  if (!ports[443]) {
    return;
  }
  var connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function (first) {
    var args = Array.prototype.slice.call(arguments);
    if (Array.isArray(first)) { // net.connect has put its arguments in order
      first[0] = lead(ports, first[0]);
    } else if (first !== null && typeof first === 'object') {
      args[0] = lead(ports, first);
    } else if (typeof args[1] === 'string') {
      var to = lead(ports, { port: first, host: args[1] });
      args[0] = to.port;
      args[1] = to.host;
    }
    return connect.apply(this, args);
  };
};

// lead returns the options of a connection that ends here if they name an
// endpoint, and the very same ones otherwise.
function lead(ports, options) {
  if (!options || !ENDPOINT.test(options.host)) {
    return options;
  }
  var address = ports[options.port] || '127.0.0.1:' + options.port; // where nobody answers
  var colon = address.lastIndexOf(':');
  var to = {};
  for (var name in options) {
    to[name] = options[name];
  }
  to.host = address.slice(0, colon);
  to.port = Number(address.slice(colon + 1));
  return to;
}

// take reads a variable that is for the runtime and not for the function.
function take(name) {
  var value = process.env[name];
  delete process.env[name];
  return value;
}
