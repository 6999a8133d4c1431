'use strict';

var fs = require('fs');
var path = require('path');
var errors = require('./errors');
var generation = require('./generation');
var stream = require('./stream');

// load finds the function that a handler's name, such as "dir/module.name",
// stands for, and calls done(err, fn).
module.exports = function (root, name, done) {
  name = String(name);
  var parts = /^(.*\/)?([^.\/]*)\.([^\/]*)$/.exec(name);
  if (!parts || /\.\./.test(name)) {
    done(errors.malformedHandler(name));
    return;
  }
  var module = (parts[1] || '') + parts[2];
  var property = parts[3];
  open(root, parts[1] || '', parts[2], function (err, exported) {
    if (err) {
      done(errors.failedImport(err));
      return;
    }
    var fn = property.split('.').reduce(function (value, key) {
      return value === null || value === undefined ? undefined : value[key];
    }, exported);
    if (typeof fn !== 'function') {
      done(errors.missingHandler(module, property, Boolean(fn)));
    } else if (!generation.callbacks && fn.length >= 3 && !stream.streams(fn)) {
      done(errors.callbackHandler());
    } else {
      done(null, fn);
    }
  });
};

// hide has no file of ours be found as a module by its name. NODE_PATH names their
// directory as it does on AWS, where nothing in there can be required.
module.exports.hide = function () {
  var all = process.env.NODE_PATH;
  if (!all) {
    return;
  }
  process.env.NODE_PATH = all.split(path.delimiter).filter(function (dir) { return dir !== __dirname; }).join(path.delimiter);
  require('module')._initPaths();
  process.env.NODE_PATH = all;
};

// open loads a module by the first of its files that there is: one of its very name,
// one for CommonJS, one for ECMAScript modules. A package of its name comes last.
function open(root, dir, name, done) {
  var base = path.resolve(root, dir, name);
  if (!generation.trace || isFile(base)) {
    tryRequire(base, done);
  } else if (isFile(base + '.js') && !(generation.modules && inModule(path.dirname(base)))) {
    tryRequire(base + '.js', done);
  } else if (generation.modules && isFile(base + '.js')) {
    importFile(base + '.js', done);
  } else if (generation.modules && isFile(base + '.mjs')) {
    importFile(base + '.mjs', done);
  } else if (isFile(base + '.cjs')) {
    tryRequire(base + '.cjs', done);
  } else {
    var file;
    try {
      file = resolve(name, [root, path.resolve(root, dir)]);
    } catch (err) {
      done(errors.missingModule(name));
      return;
    }
    tryRequire(file, done);
  }
}

function tryRequire(file, done) {
  var exported;
  try {
    exported = require(file);
  } catch (err) {
    done(err);
    return;
  }
  done(null, exported);
}

// resolve finds the file of a package.
function resolve(name, paths) {
  return require.resolve(name, { paths: paths });
}

function isFile(name) {
  try {
    var stats = fs.statSync(name, { throwIfNoEntry: false }); // an error, which says where it was, takes longer
    return Boolean(stats) && stats.isFile();
  } catch (err) {
    return false;
  }
}

// inModule reports whether the nearest package.json above a directory says that its
// files are ECMAScript modules.
function inModule(dir) {
  for (; !/\/node_modules$/.test(dir); dir = path.dirname(dir)) {
    var file = path.join(dir, 'package.json');
    if (fs.existsSync(file)) { // an error, which says where it was, takes longer
      try {
        return JSON.parse(fs.readFileSync(file, 'utf8')).type === 'module';
      } catch (err) { // it cannot be read, or is none
        return false;
      }
    }
    if (dir === path.dirname(dir)) {
      return false;
    }
  }
  return false;
}

function importFile(file, done) {
  require('./import')(require('url').pathToFileURL(file).href).then(
    function (exported) { done(null, exported); },
    function (err) { done(err); });
}
