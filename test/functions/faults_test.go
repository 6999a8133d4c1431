package functions

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// ended is how a caller is told that the process of a function has ended.
func ended(errorType, how string) string {
	return `^{"errorType":"` + errorType + `","errorMessage":"RequestId: [-0-9a-f]{36} Error: Runtime exited with error: ` + how + `"}$`
}

// fault is what a function does, and what its caller is told. A payload that is no
// failure is given as it is.
type fault struct {
	event   string
	payload string
}

const killed = "signal: killed"

// usual are the faults that callers are told of alike, whatever the language.
var usual = []fault{
	{"exit", ended("Runtime.ExitError", "exit status 3")},
	{"hang", `^{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: [-0-9a-f]{36} Error: Task timed out after 1.00 seconds"}$`},
	{"memory", ended("Runtime.OutOfMemory", killed)},
	{"print", `"printed"`},
	{"close", `"closed"`},
	{"twice", `"first"`},
	{"garbage", `{"no json`},
	{"rubbish", `"still here"`},
}

func TestFunctionsMisbehaveAndTheServerStaysWell(t *testing.T) {
	for _, tt := range []struct {
		name   string
		make   func(*testing.T) function
		faults []fault
	}{
		{"Node", node("nodejs22.x", "misbehave.js"), []fault{
			{"crash", ended("Runtime.ExitError", "signal: segmentation fault")},
			{"forks", `^{"errorType":"Error","errorMessage":"spawn sleep EAGAIN"|` + ended("Runtime.OutOfMemory", killed)},
			// Whichever comes first: the end of the heap, or that of the memory.
			{"heap", ended("Runtime.ExitError", "signal: aborted") + "|" + ended("Runtime.OutOfMemory", killed)},
			{"disk", `^{"errorType":"Error","errorMessage":"ENOSPC: no space left on device, write","trace":`},
		}},
		{"Python", func(t *testing.T) function {
			return function{runtime: "python3.12", handler: "app.handler", code: newPack(t).file("app.py", "testdata/python/misbehave.py").bytes()}
		}, []fault{
			{"crash", ended("Runtime.ExitError", "signal: segmentation fault")},
			{"leave", ended("Runtime.ExitError", "exit status 4")},
			{"forks", ended("Runtime.OutOfMemory", killed)},
			{"disk", `^{"errorMessage": "\[Errno 28\] No space left on device", "errorType": "OSError", "requestId": `},
		}},
		{"a custom runtime", func(t *testing.T) function {
			return function{runtime: "provided.al2023", handler: "x", code: newPack(t).file("bootstrap", build(t, "misbehave")).bytes()}
		}, []fault{
			{"crash", ended("Runtime.ExitError", "exit status 2")},
			{"disk", `^{"errorMessage":"write /tmp/full: no space left on device","errorType":"Go"}$`},
			// Last: what was forked may be all that the environment may have.
			{"forks", `^{"errorMessage":"fork/exec /var/task/bootstrap: resource temporarily unavailable","errorType":"Go"}$|` +
				ended("Runtime.OutOfMemory", killed) + "|" + ended("Runtime.ExitError", "exit status 2")},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			f := tt.make(t)
			f.memoryMB, f.timeout = 256, 60
			c.deploy("patient", f)
			f.timeout = 1
			c.deploy("hasty", f)
			for _, fault := range append(usual, tt.faults...) {
				name := "patient"
				if fault.event == "hang" {
					name = "hasty"
				}
				wantFault(c, name, fault)
				r := c.invoke(name, `"nothing"`)
				if fault.event == "forks" && r.payload != `"well"` {
					// What was forked is still there, and left no room for a thread: the
					// environment ends, and another one comes.
					r = c.invoke(name, `"nothing"`)
				}
				if r.payload != `"well"` {
					t.Errorf("after %s: %q %s\n%s", fault.event, r.failure, r.payload, r.log)
				}
			}
			if r := c.invoke("hasty", `"nothing"`); r.payload != `"well"` {
				t.Errorf("another function: %q %s", r.failure, r.payload)
			}
		})
	}
}

func wantFault(c *cloud, name string, want fault) {
	c.t.Helper()
	r := c.invoke(name, `"`+want.event+`"`)
	if !strings.HasPrefix(want.payload, "^") {
		if r.failure != "" || r.payload != want.payload {
			c.t.Errorf("%s: %q %s, want %s\n%s", want.event, r.failure, r.payload, want.payload, r.log)
		}
	} else if r.failure != "Unhandled" || !regexp.MustCompile(want.payload).MatchString(r.payload) {
		c.t.Errorf("%s: %q %s, want %s\n%s", want.event, r.failure, r.payload, want.payload, r.log)
	}
	if !strings.Contains(r.log, "REPORT RequestId: ") || len(r.log) > 4096 {
		c.t.Errorf("%s: the log has %d bytes: %s", want.event, len(r.log), r.log)
	}
}

func TestNothingOfAFunctionIsLeftWhenTheServerStops(t *testing.T) {
	marker := filepath.Join("/tmp", "left-"+strings.ReplaceAll(t.Name(), "/", "-"))
	t.Run("server", func(t *testing.T) {
		c := newCloud(t)
		code := `exports.handler = async (event) => { require('child_process').spawn('tail', ['-f', event], { detached: true }).unref(); };`
		c.deploy("leaver", function{runtime: "nodejs22.x", handler: "app.handler", code: newPack(t).text("app.js", code).bytes()})
		if r := c.invoke("leaver", `"`+marker+`"`); r.failure != "" {
			t.Fatalf("%q %s", r.failure, r.payload)
		}
	})
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if data, err := os.ReadFile(file); err == nil && strings.Contains(string(data), marker) {
			t.Errorf("%s is left: %q", file, data)
		}
	}
}
