'use strict';

// The size of the heap is one of V8's flags, and V8 takes nothing that was compiled under
// other flags: not what Node brings of its own modules' code, nor what compiled.js has of the
// SDK's. So the flag is hidden while either is loaded, which changes no heap that is
// there. It is seen again by those that are made later, which are those of workers.

var flag = process.execArgv.filter(function (arg) { return /^--max-old-space-size=/.test(arg); })[0];
var hidden = 0; // how often

exports.hide = function () {
  if (hidden++ === 0 && flag) {
    require('v8').setFlagsFromString('--max-old-space-size=0');
  }
};

exports.show = function () {
  if (--hidden === 0 && flag) {
    require('v8').setFlagsFromString(flag);
  }
};
