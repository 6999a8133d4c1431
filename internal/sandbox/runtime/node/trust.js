'use strict';

// For a Node that does not read NODE_EXTRA_CA_CERTS, and for a function that sets it, so
// that Node reads other certificates there: none but those load tls here, which takes long.

var fs = require('fs');
var tls = require('tls');
var generation = require('./generation');

// install makes Node trust the certificates in these files, wherever a program has not
// chosen its own.
exports.install = function () {
  var files = [process.env._CLOUDLESS_CA, generation.readsExtraCertificates ? '' : process.env.NODE_EXTRA_CA_CERTS];
  var pems = files.map(read).filter(Boolean);
  delete process.env._CLOUDLESS_CA;
  if (!pems.length) {
    return;
  }
  var create = tls.createSecureContext;
  tls.createSecureContext = function (options) {
    var context = create.apply(this, arguments);
    if (!options || !options.ca) {
      pems.forEach(function (pem) { context.context.addCACert(pem); });
    }
    return context;
  };
};

function read(file) {
  try {
    return file && fs.readFileSync(file);
  } catch (err) {
    return null; // as newer versions of Node do
  }
}
