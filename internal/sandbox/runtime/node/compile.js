'use strict';

// A process that compiles the SDK for all others: it uses it as one that waits for a
// function does, sends what V8 has made of it, and ends. It never has a function.

var compiled = require('./compiled');
var heap = require('./heap');

module.exports = function compile(api, rehearse) {
  heap.hide();
  var pack = compiled.collect();
  require('./wait').practise(api, rehearse, function () {
    api.send('/cloudless/compiled', pack(), function () { process.exit(0); });
  });
};
