'use strict';

// A file of its own, because older versions of Node cannot even parse it.
module.exports = function (url) { return import(url); };
