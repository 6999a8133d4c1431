'use strict';

// What Lambda's Node runtimes did differently over the years, by the version of
// Node that runs: the one place that knows.

var version = process.versions.node.split('.').map(Number);
var major = version[0];

// before(a, b) reports whether this Node is older than version a.b.
function before(a, b) {
  return major < a || (major === a && version[1] < b);
}

module.exports = {
  // Node reads NODE_EXTRA_CA_CERTS by itself.
  readsExtraCertificates: !before(7, 3),
  // Sockets read into memory that they are given.
  readsInPlace: !before(12, 10),
  // Handlers may be async: what they return counts if it is a promise.
  promises: major >= 8,
  // Handlers may be called back, and context has succeed, fail and done.
  callbacks: major < 24,
  // Modules may be ECMAScript modules.
  modules: major >= 14,
  // Answers may be sent while they are made.
  streams: major >= 14,
  // Log lines carry a level.
  levels: major >= 10,
  // Errors are told as errorType, errorMessage, trace; before, as errorMessage,
  // errorType, stackTrace.
  trace: major >= 10,
  // A crash is told to the Runtime API; before, the process just ended.
  reportsCrashes: major >= 10,
  rejectionsAreFatal: major >= 12,
  // Through which files of the runtime a function is required.
  runtimeFiles: major >= 18 ? ['index.mjs'] : ['UserFunction.js'].concat(major >= 16 ? 'Runtime.js' : [], 'index.js'),
  // What V8 makes of code can be kept, with imports in it.
  compiles: !before(20, 12),
  // The runtime brings version 3 of the SDK, which is many packages.
  modularSDK: major >= 18
};
