'use strict';

var fs = require('fs');
var generation = require('./generation');

// install makes a Node that is too old to read NODE_EXTRA_CA_CERTS trust the
// certificates in that file, wherever a program has not chosen its own.
exports.install = function () {
  var file = process.env.NODE_EXTRA_CA_CERTS;
  if (generation.readsExtraCertificates || !file) {
    return;
  }
  var pem;
  try {
    pem = fs.readFileSync(file);
  } catch (err) {
    return; // as newer versions of Node do
  }
  var tls = require('tls'); // here, because it takes long to load
  var create = tls.createSecureContext;
  tls.createSecureContext = function (options) {
    var context = create.apply(this, arguments);
    if (!options || !options.ca) {
      context.context.addCACert(pem);
    }
    return context;
  };
};
