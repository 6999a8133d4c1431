package functions

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cloudless/test/servertest"
)

// same are handlers in Python that answer, fail and log alike by our bootstrap and by
// AWS's own client, to the last letter: whatever a log has of times and requests aside.
var same = []struct{ name, handler, code, event string }{
	{"hooks of snapshots", "app.handler", `
import snapshot_restore_py as snap
@snap.register_after_restore
def wake(): pass
def handler(e, c): return [wake is snap.register_before_snapshot(wake, 1), len(snap.get_after_restore()), len(snap.get_before_snapshot())]`, ``},
	{"letters", "app.handler", `def handler(e, c): return e`, ``},
	{"numbers", "app.handler", "import decimal\ndef handler(e, c): return {'d': decimal.Decimal('1.10'), 'n': float('nan'), 't': (1, True, None, 1.5e300)}", ``},
	{"bytes", "app.handler", `def handler(e, c): return b"\x01raw"`, ``},
	{"text of bytes", "app.handler", `def handler(e, c): return [b"raw"]`, ``},
	{"event that is nested deeply", "app.handler", `def handler(e, c): return 1`, strings.Repeat("[", 999) + strings.Repeat("]", 999)},
	{"words of its own", "app.handler", "class Word(str): pass\ndef handler(e, c): return Word('a')", ``},
	{"no JSON", "app.handler", `def handler(e, c): return {1, 2}`, ``},
	{"generator", "app.handler", `def handler(e, c): yield 1`, ``},
	{"exception", "app.handler", `def handler(e, c): raise ValueError('two  blanks')`, ``},
	{"exception of an exception", "app.handler", `
class E(Exception): pass
def fail(): raise E('two\nlines')
def handler(e, c):
    try: fail()
    except E as x: raise KeyError('k') from x`, ``},
	{"exception without a word", "app.handler", `def handler(e, c): raise ValueError`, ``},
	{"exit", "app.handler", "import sys\ndef handler(e, c): sys.exit(3)", ``},
	{"exit while it loads", "app.handler", "import sys\nsys.exit('no')", ``},
	{"missing module", "app.handler", `import absent`, ``},
	{"missing handler", "app.absent", ``, ``},
	{"bad handler", "app", ``, ``},
	{"module of the language's own", "sys.handler", ``, ``},
	{"module that does not parse", "app.handler", `def handler(:`, ``},
	{"context", "app.handler", `def handler(e, c): return [repr(c.identity), repr(c.client_context), c.tenant_id, c.w3c(), sorted(n for n in dir(c) if n[0] != '_')]`, ``},
	{"log", "app.handler", `
import logging
logging.getLogger().setLevel(10)
def handler(e, c):
    logging.info('two\nlines')
    try: 1 / 0
    except ZeroDivisionError: logging.exception('caught')
    c.log('said')`, ``},
	// Apart from that: AWS's client prints and logs on two pipes, whose order is not kept.
	{"print", "app.handler", "def handler(e, c):\n    print('a', 'b')\n    print('l1\\nl2', end='')", ``},
}

// TestPythonDoesAsAWSsOwnClientDoes runs the handlers by both; the client, unmodified, as a
// custom runtime.
func TestPythonDoesAsAWSsOwnClientDoes(t *testing.T) {
	client, python := withPythonsClient(t)
	c := newCloud(t)
	for i, tt := range same {
		t.Run(tt.name, func(t *testing.T) {
			c := *c
			c.t = t
			ours, theirs := fmt.Sprintf("ours%d", i), fmt.Sprintf("theirs%d", i)
			c.deploy(ours, function{runtime: "python3.11", handler: tt.handler, code: newPack(t).text("app.py", tt.code).bytes()})
			p := newPack(t).text("app.py", tt.code).add("bootstrap", 0o755, []byte("#!/bin/sh\nexport PYTHONPATH=/var/task\nexec "+python+" -m awslambdaric \"$_HANDLER\"\n"))
			for _, name := range client {
				p.tree(filepath.Base(name), name)
			}
			c.deploy(theirs, function{runtime: "provided.al2023", handler: tt.handler, code: p.bytes()})
			event := cmp.Or(tt.event, `{"ü":"é"}`)
			got, want := told(c.invoke(ours, event)), told(c.invoke(theirs, event))
			if got != want {
				t.Errorf("ours:   %q\nAWS's: %q", got, want)
			}
		})
	}
}

// withPythonsClient finds AWS's client and what it needs, and a Python that functions see
// for which it is made.
func withPythonsClient(t *testing.T) (files []string, python string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(servertest.Tool(t, "python", "lib"), "python3*", "site-packages", "awslambdaric"))
	if err != nil || len(found) != 1 {
		t.Skipf("SKIPPED for want of AWS's client: %q, %v", found, err)
	}
	packages := filepath.Dir(found[0])
	python = filepath.Join("/usr/bin", filepath.Base(filepath.Dir(packages)))
	if _, err := os.Stat(python); err != nil {
		t.Skipf("SKIPPED: AWS's client was installed for a Python that functions do not see: %v", err)
	}
	for _, name := range []string{"awslambdaric", "simplejson", "snapshot_restore_py.py", "runtime_client.*.so"} {
		found, err := filepath.Glob(filepath.Join(packages, name))
		if err != nil || len(found) != 1 {
			t.Fatalf("%s of AWS's client is %q, %v", name, found, err)
		}
		files = append(files, found[0])
	}
	return files, python
}

// different is what two invocations never have alike, and the lines of Lambda itself;
// and the one line that only AWS's client has.
var different = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[-0-9a-f]{22}|\d{4}-\d\d-\d\dT[\d:.]+Z|(?m:^(INIT_START|INIT_REPORT|START|END|REPORT) .*\n|^\[WARNING\].*LAMBDA_WARNING: .*\n)`)

func told(r result) string {
	return different.ReplaceAllString(r.failure+" "+r.payload+"\n"+r.log, "")
}
