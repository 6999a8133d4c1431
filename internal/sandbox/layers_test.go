//go:build linux

package sandbox

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// layer returns a layer with a name of its own for its content.
func layer(t testing.TB, name string, opened *int, entries ...entry) Code {
	return Code{SHA256: t.Name() + name, Open: func(context.Context) (Package, error) {
		if opened != nil {
			*opened++
		}
		return zipEntries(t, entries...), nil
	}}
}

func TestLayersAreMergedInTheirOrder(t *testing.T) {
	for _, tt := range []struct {
		name   string
		layers [][]entry
		want   map[string]string
	}{
		{"one", [][]entry{{{"a", 0o644, "1"}}}, map[string]string{"a": "1"}},
		{"beside each other", [][]entry{{{"lib/a", 0o644, "1"}}, {{"lib/b", 0o755, "2"}}}, map[string]string{"lib/a": "1", "lib/b": "2"}},
		{"over each other", [][]entry{{{"a", 0o644, "1"}}, {{"a", 0o644, "2"}}, {{"b", 0o644, "3"}}}, map[string]string{"a": "2", "b": "3"}},
		{"a file over a directory", [][]entry{{{"a/b", 0o644, "1"}}, {{"a", 0o644, "2"}}}, map[string]string{"a": "2"}},
		{"a directory over a file", [][]entry{{{"a", 0o644, "1"}}, {{"a/b", 0o644, "2"}}}, map[string]string{"a/b": "2"}},
		{"a directory over a link to one", [][]entry{{{"real/x", 0o644, "1"}, {"a", fs.ModeSymlink, "real"}}, {{"a/x", 0o644, "2"}}},
			map[string]string{"real/x": "1", "a/x": "2"}},
		{"a link over a file", [][]entry{{{"a", 0o644, "1"}}, {{"b", 0o644, "2"}, {"a", fs.ModeSymlink, "b"}}}, map[string]string{"a": "2", "b": "2"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			c, err := newCodeCache(dir, 0)
			if err != nil {
				t.Fatal(err)
			}
			opened := 0
			fn := &Function{Code: layer(t, "own", &opened, entry{"index.js", 0o644, "x"})}
			for i, entries := range tt.layers {
				fn.Layers = append(fn.Layers, layer(t, fmt.Sprint(i), &opened, entries...))
			}
			first, err := c.contents(t.Context(), fn)
			if err != nil {
				t.Fatal(err)
			}
			second, err := c.contents(t.Context(), fn)
			if err != nil || first.opt != second.opt || opened != 1+len(tt.layers) {
				t.Errorf("a second time: %v, in %s and %s, opened %d packages", err, first.opt, second.opt, opened)
			}
			if got := tree(t, first.opt); fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("/opt = %v, want %v", got, tt.want)
			}
			if !first.has("/var/task/index.js") || first.has("/opt/index.js") || first.has("/var/tasks/index.js") {
				t.Error("has does not tell what there is")
			}
			first.release()
			second.release()
			if left, _ := os.ReadDir(dir); len(left) != 0 {
				t.Errorf("%v are left, and there is no room for them", left)
			}
		})
	}
}

// tree returns the files below a directory, with what is in them, through links.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if info, statErr := os.Stat(name); statErr == nil && info.IsDir() {
			return nil
		}
		found[strings.TrimPrefix(name, dir+"/")] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestFunctionsFindTheirLayers(t *testing.T) {
	b := newIsolatedBench(t)
	needRuntime(t, b, "nodejs22.x")
	fn := node("nodejs22.x", "index.js", `
		const { execFileSync } = require('child_process');
		exports.handler = async () => [require('one'), require('two'), execFileSync('tool').toString(),
			require('@aws-sdk/client-dynamodb'), (await import('one')).default,
			process.env.LD_LIBRARY_PATH.split(':').includes('/opt/lib')];`)
	fn.Layers = []Code{
		layer(t, "a", nil, entry{"nodejs/node_modules/one/index.js", 0o644, `module.exports = 'first';`},
			entry{"nodejs/node22/node_modules/two/index.js", 0o644, `module.exports = 'of 22';`},
			entry{"nodejs/node_modules/@aws-sdk/client-dynamodb/index.js", 0o644, `module.exports = "the layer's";`}, entry{"bin/tool", 0o755, "#!/bin/sh\necho first"}),
		layer(t, "b", nil, entry{"nodejs/node_modules/one/index.js", 0o644, `module.exports = 'second';`}),
	}
	if r := b.invoke(fn, `{}`); string(r.Payload) != `["second","of 22","first\n","the layer's","second",true]` {
		t.Errorf("result = %s\n%s", r.Payload, r.LogTail)
	}
	if got := b.do("write", "/opt/x"); got == `"done"` {
		t.Error("/opt can be written to")
	}
}

func TestPythonFindsItsLayers(t *testing.T) {
	b := newIsolatedBench(t)
	fn := python(t, b, "app.handler", "import one, two\ndef handler(event, context): return [one.name, two.name]")
	fn.Layers = []Code{layer(t, "a", nil, entry{"python/one.py", 0o644, "name = 'python'"},
		entry{"python/two.py", 0o644, "name = 'python'"},
		entry{"python/lib/python3.12/site-packages/two.py", 0o644, "name = 'site-packages'"})}
	if r := b.invoke(fn, `{}`); string(r.Payload) != `["python", "site-packages"]` {
		t.Errorf("result = %s\n%s", r.Payload, r.LogTail)
	}
}

func TestLayerMayBringTheRuntime(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("echo")
	fn.Layers = []Code{fn.Code}
	fn.Code = codeOf(zipOf("readme", "hello"))
	if r := b.invoke(fn, `"x"`); string(r.Payload) != `"x"` {
		t.Errorf("result = %s", r.Payload)
	}
}

func TestWrapperStartsTheRuntime(t *testing.T) {
	b := newIsolatedBench(t)
	needRuntime(t, b, "nodejs22.x")
	fn := node("nodejs22.x", "index.js", `exports.handler = async () => process.env.WRAPPED;`)
	fn.Layers = []Code{layer(t, "a", nil, entry{"wrapper", 0o755, "#!/bin/sh\nexport WRAPPED=yes\nexec \"$@\"\n"})}
	fn.Environment = map[string]string{"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"}
	if r := b.invoke(fn, `{}`); string(r.Payload) != `"yes"` {
		t.Errorf("result = %s\n%s", r.Payload, r.LogTail)
	}
}

// TestWrapperThatCannotBeStarted has what AWS answers of one that is not there, recorded.
func TestWrapperThatCannotBeStarted(t *testing.T) {
	for wrapper, want := range map[string]string{"/opt/absent": "127", "/var/task": "126"} {
		t.Run(wrapper, func(t *testing.T) {
			b := newIsolatedBench(t)
			needRuntime(t, b, "nodejs22.x")
			fn := node("nodejs22.x", "index.js", `exports.handler = async () => 1;`)
			fn.Environment = map[string]string{"AWS_LAMBDA_EXEC_WRAPPER": wrapper}
			b.wantFailure(fn, `^{"errorType":"Runtime.ExitError","errorMessage":"RequestId: `+requestID+` Error: Runtime exited with error: exit status `+want+`"}$`,
				"/var/runtime/bootstrap: "+wrapper+": (no such file or directory|permission denied)\n")
		})
	}
}
