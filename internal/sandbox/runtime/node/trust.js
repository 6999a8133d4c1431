'use strict';

// For a Node that does not read NODE_EXTRA_CA_CERTS: none but those load tls here,
// which takes long.

var fs = require('fs');
var tls = require('tls');

// install makes a Node that is too old to read NODE_EXTRA_CA_CERTS trust the
// certificates in that file, wherever a program has not chosen its own.
exports.install = function () {
  var file = process.env.NODE_EXTRA_CA_CERTS;
  if (!file) {
    return;
  }
  var pem;
  try {
    pem = fs.readFileSync(file);
  } catch (err) {
    return; // as newer versions of Node do
  }
  var create = tls.createSecureContext;
  tls.createSecureContext = function (options) {
    var context = create.apply(this, arguments);
    if (!options || !options.ca) {
      context.context.addCACert(pem);
    }
    return context;
  };
};
