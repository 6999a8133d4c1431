//go:build linux

package sandbox

import (
	"crypto/sha1"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"cloudless/internal/sandbox/runtime"
)

// compiledBench is a bench whose runtime has an SDK of one small file.
type compiledBench struct {
	*bench
	pack, sdk string // the pack, and the file
	calls     int
}

func newCompiledBench(t *testing.T, source string) *compiledBench {
	t.Helper()
	shared := newIsolatedBench(t)
	needRuntime(t, shared, "nodejs22.x")
	installed, err := packs().Find("nodejs22.x")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c := &compiledBench{pack: filepath.Join(dir, "nodejs22.x")}
	c.sdk = filepath.Join(c.pack, "node_modules", "@aws-sdk", "client-dynamodb", "index.js")
	manifest, err := os.ReadFile(filepath.Join(installed.Dir, "pack.json"))
	if err != nil {
		t.Fatal(err)
	}
	c.write(t, c.sdk, source)
	c.write(t, filepath.Join(c.pack, "pack.json"), string(manifest))
	nodes, _ := filepath.Glob(filepath.Join(installed.Dir, "node_modules", "node-*"))
	if len(nodes) != 1 {
		t.Fatalf("the pack has the Nodes %q", nodes)
	}
	if err := os.Symlink(nodes[0], filepath.Join(c.pack, "node_modules", filepath.Base(nodes[0]))); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	c.bench = newIsolatedBench(t, func(cfg *Config) { cfg.Runtimes = runtime.NewPacks(dir) })
	return c
}

func (c *compiledBench) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// call calls a function that is new.
func (c *compiledBench) call(code string) string {
	c.t.Helper()
	c.calls++
	fn := node("nodejs22.x", "index.js", code)
	fn.ID = strconv.Itoa(c.calls)
	r := c.invoke(fn, `{}`)
	if r.FunctionError != "" {
		c.t.Fatalf("result = %s\n%s", r.Payload, r.LogTail)
	}
	return string(r.Payload)
}

// compiled waits for what is made of the SDK, and returns its file.
func (c *compiledBench) compiled() string {
	c.t.Helper()
	var found []string
	await(c.t, "the SDK is compiled", func() bool {
		found, _ = filepath.Glob(filepath.Join(c.pack, "compiled-*"))
		return len(found) == 1
	})
	return found[0]
}

// TestTheSDKIsCompiledOnce shows what functions get of the SDK by changing it behind
// V8's back, which looks at nothing but its length.
func TestTheSDKIsCompiledOnce(t *testing.T) {
	c := newCompiledBench(t, `exports.value = 'one';`)
	value := `exports.handler = async () => require('@aws-sdk/client-dynamodb').value;`
	if got := c.call(value); got != `"one"` {
		t.Fatalf("before: %s", got)
	}
	file := c.compiled()
	const two = `exports.value = 'two';`
	c.write(t, c.sdk, two)
	if got := c.call(value); got != `"two"` {
		t.Errorf("of a file that has changed: %s", got)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	length, rest, _ := strings.Cut(string(data), "\n")
	n, err := strconv.Atoi(length)
	if err != nil || len(rest) <= n {
		t.Fatalf("the file begins with %.100q", data)
	}
	index := regexp.MustCompile(`"of":"[0-9a-f]+"`).ReplaceAllString(rest[:n], fmt.Sprintf(`"of":"%x"`, sha1.Sum([]byte(two))))
	c.write(t, file, strconv.Itoa(len(index))+"\n"+index+rest[n:])
	if got := c.call(value); got != `"one"` {
		t.Errorf("of what was compiled: %s", got)
	}
}

// TestCompiledModulesAreLikeOthers has one that looks at what surrounds it.
func TestCompiledModulesAreLikeOthers(t *testing.T) {
	c := newCompiledBench(t, `exports.seen = () => ({
		file: __filename, dir: __dirname, self: require.resolve('./index.js'), cached: require.cache[__filename] === module,
		main: require.main === process.mainModule, same: require('./index.js') === exports, loaded: module.loaded, that: this === undefined,
		strict: (function () { return this === undefined; })(), at: new Error().stack.split('\n')[1].trim(),
		heap: require('v8').getHeapStatistics().heap_size_limit, arg: process.execArgv.join(),
	});
	exports.later = () => import('node:path').then((path) => path.basename(__filename));
	exports.missing = () => { try { require('./missing'); } catch (err) { return err.code + ' ' + err.requireStack[0]; } };`)
	look := `const sdk = require('@aws-sdk/client-dynamodb');
		const { Worker } = require('worker_threads');
		const limit = 'require("worker_threads").parentPort.postMessage(require("v8").getHeapStatistics().heap_size_limit)';
		const workers = () => new Promise((resolve) => new Worker(limit, { eval: true }).on('message', resolve));
		exports.handler = async () => ({ ...sdk.seen(), later: await sdk.later(), missing: sdk.missing(), workers: await workers(),
			mine: require('module').prototype._compile.length, gc: require('vm').runInNewContext('typeof gc') });`
	before := c.call(look)
	c.compiled()
	after := c.call(look)
	if !strings.Contains(before, `"later":"index.js","missing":"MODULE_NOT_FOUND /var/runtime/node_modules/`) || before != after {
		t.Errorf("compiled, a module sees\n%s, and otherwise\n%s", after, before)
	}
}
