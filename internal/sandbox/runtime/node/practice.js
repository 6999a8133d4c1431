'use strict';

// A module like a function's, for wait.js to load.

var fs = require('fs');
var path = require('path');

exports.handler = function (event, context, callback) {
  callback(null, path.join(fs.realpathSync('.'), String(event)));
};
