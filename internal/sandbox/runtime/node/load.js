'use strict';

var fs = require('fs');
var path = require('path');
var errors = require('./errors');
var generation = require('./generation');

// load finds the function that a handler's name, such as "dir/module.name",
// stands for, and calls done(err, fn).
module.exports = function (root, name, done) {
  var parts = /^(.*\/)?([^.\/]+)\.(.+)$/.exec(String(name));
  if (!parts || /\.\./.test(name)) {
    done(errors.malformedHandler(name));
    return;
  }
  var module = (parts[1] || '') + parts[2];
  var property = parts[3];
  open(path.resolve(root, module), function (err, exported) {
    if (err) {
      done(errors.failedImport(err));
      return;
    }
    var fn = property.split('.').reduce(function (value, key) {
      return value === null || value === undefined ? undefined : value[key];
    }, exported);
    if (typeof fn !== 'function') {
      done(errors.missingHandler(module, property));
    } else if (!generation.callbacks && fn.length >= 3) {
      done(errors.callbackHandler());
    } else {
      done(null, fn);
    }
  });
};

// open loads a module by the first of its files that there is.
function open(base, done) {
  if (generation.modules && !fs.existsSync(base) && isModule(base)) {
    importFile(fs.existsSync(base + '.js') ? base + '.js' : base + '.mjs', done);
    return;
  }
  var exported;
  try {
    exported = require(!fs.existsSync(base + '.js') && fs.existsSync(base + '.cjs') ? base + '.cjs' : base);
  } catch (err) {
    done(err);
    return;
  }
  done(null, exported);
}

// isModule reports whether a file is an ECMAScript module: by its ending, or by
// the type that the nearest package.json above it gives.
function isModule(base) {
  if (!fs.existsSync(base + '.js')) {
    return !fs.existsSync(base + '.cjs') && fs.existsSync(base + '.mjs');
  }
  for (var dir = path.dirname(base); ; dir = path.dirname(dir)) {
    try {
      return JSON.parse(fs.readFileSync(path.join(dir, 'package.json'), 'utf8')).type === 'module';
    } catch (err) {
      if (dir === path.dirname(dir)) {
        return false;
      }
    }
  }
}

function importFile(file, done) {
  require('./import')(require('url').pathToFileURL(file).href).then(
    function (exported) { done(null, exported); },
    function (err) { done(err); });
}
