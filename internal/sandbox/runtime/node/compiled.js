'use strict';

// What V8 made of the SDK's code when it was used: in a process in which no function
// ever ran, and from then on for all that load it. This takes a third off the time
// that a function without a waiting process needs for the SDK.
//
// Node has a cache of its own for this. It has nothing of what is compiled at its first
// use, and makes and keeps copies of the function's own code.
//
// The file is written by pack and read by install: the length of the index in decimal and
// a line break, the index, and what it points into, which is V8's.

var fs = require('fs');
var heap = require('./heap');
var path = require('path');
var Module = require('module');

var FILE = path.join(__dirname, '..', 'compiled');
var ROOT = path.join(__dirname, 'node_modules') + path.sep;

// install has the SDK's modules compiled by what the file has of them, if there is
// one. It is not looked into before the first of them is loaded.
exports.install = function () {
  if (!fs.existsSync(FILE)) {
    return;
  }
  var find = null;
  intercept(function (filename, content) {
    find = find || finder();
    return find(filename, content);
  }, null);
};

// collect has them compiled in the same way, and returns what packs them.
exports.collect = function () {
  var scripts = {};
  intercept(function () {}, scripts);
  return function () { return pack(scripts); };
};

// intercept compiles the SDK's modules itself: those that find has something of, or
// all, if they are to be noted in scripts.
function intercept(find, scripts) {
  var vm = null;
  var original = Module.prototype._compile;
  Module.prototype._compile = function (content, filename, format) {
    var made = format === 'module' || filename.lastIndexOf(ROOT, 0) !== 0 ? null : find(filename, content);
    if (made === null || !made && !scripts) {
      return original.apply(this, arguments);
    }
    heap.hide();
    try {
      vm = vm || require('vm');
      var script;
      try {
        script = new vm.Script(Module.wrap(content), {
          filename: filename, cachedData: made, importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER
        });
      } catch (err) {
        return original.apply(this, arguments); // which says what is wrong with it
      }
      if (scripts) {
        scripts[filename] = { script: script, of: digest(content) };
      }
      var run = script.runInThisContext();
      return run.call(this.exports, this.exports, requirer(this), this, filename, path.dirname(filename));
    } finally {
      heap.show();
    }
  };
}

// requirer makes the require of a module.
function requirer(module) {
  function require(name) { return module.require(name); }
  require.resolve = function (name, options) { return Module._resolveFilename(name, module, false, options); };
  require.main = process.mainModule;
  require.extensions = Module._extensions;
  require.cache = Module._cache;
  return require;
}

// pack returns the file.
function pack(scripts) {
  var index = {};
  var pieces = [];
  var at = 0;
  Object.keys(scripts).forEach(function (filename) {
    var made = scripts[filename].script.createCachedData();
    index[filename] = { of: scripts[filename].of, at: at, length: made.length };
    pieces.push(made);
    at += made.length;
  });
  var head = Buffer.from(JSON.stringify(index));
  return Buffer.concat([Buffer.from(head.length + '\n'), head].concat(pieces));
}

// finder returns what finds what was made of a file, or nothing: of one that has other
// contents now, too, of which V8 itself would notice no more than another length.
function finder() {
  var data = fs.readFileSync(FILE);
  var line = data.indexOf('\n');
  var start = line + 1 + Number(data.toString('latin1', 0, line));
  var index = JSON.parse(data.toString('utf8', line + 1, start));
  return function (filename, content) {
    var made = index[filename];
    if (made && made.of === digest(content)) {
      return data.subarray(start + made.at, start + made.at + made.length);
    }
  };
}

function digest(content) { return require('crypto').hash('sha1', content); }
