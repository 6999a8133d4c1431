//go:build linux

package sandbox

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// extensionProgram is the program in testdata, built.
var extensionProgram = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "cloudless-extension-")
	if err != nil {
		return "", err
	}
	atExit = append(atExit, func() { os.RemoveAll(dir) })
	program := filepath.Join(dir, "extension")
	cmd := exec.Command("go", "build", "-o", program, "./testdata/extension")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	data, err := os.ReadFile(program)
	return string(data), err
})

// withExtensions returns a function with a layer that brings extensions of these
// names.
func withExtensions(t *testing.T, fn Function, names ...string) Function {
	t.Helper()
	program, err := extensionProgram()
	if err != nil {
		t.Fatal(err)
	}
	var entries []entry
	for _, name := range names {
		entries = append(entries, entry{"extensions/" + name, 0o755, program})
	}
	fn.Layers = []Code{layer(t, strings.Join(names, " "), nil, entries...)}
	return fn
}

func TestExtensionsHearOfAllThatHappens(t *testing.T) {
	b := newIsolatedBench(t)
	fn := withExtensions(t, behaviour("echo"), "invoked", "observer")
	for range 2 {
		if r := b.invoke(fn, `"x"`); string(r.Payload) != `"x"` {
			t.Fatalf("result = %s\n%s", r.Payload, r.LogTail)
		}
		await(t, "it rests", func() bool { e := b.Status().Environments; return len(e) == 1 && e[0].State == Idle })
	}
	text := b.text()
	for want, times := range map[string]int{
		`observer registered {"functionName":"f","functionVersion":"$LATEST","handler":"echo"} true ASIAEXAMPLE`:  1,
		`EXTENSION	Name: observer	State: Ready	Events: [INVOKE,SHUTDOWN]`:                                         1,
		`EXTENSION	Name: invoked	State: Ready	Events: [INVOKE]`:                                                   1,
		`observer {"eventType":"INVOKE","deadlineMs":`:                                                            2,
		`invoked {"eventType":"INVOKE","deadlineMs":`:                                                             2,
		`"requestId":"` + requestID + `","invokedFunctionArn":"arn:aws:lambda:us-east-1:000000000000:function:f"`: 4,
		`observer {"eventType":"SHUTDOWN","deadlineMs":`:                                                          1,
		`"shutdownReason":"spindown"`:                                                                             1,
		`invoked {"eventType":"SHUTDOWN"`:                                                                         0,
	} {
		if got := strings.Count(text, want); got != times {
			t.Errorf("%q stands %d times in the log, want %d\n%s", want, got, times, text)
		}
	}
}

func TestExtensionsThatFailFailTheFunction(t *testing.T) {
	for _, tt := range []struct{ name, errorType, message string }{
		{"crasher", "Extension.Crash", "exit status 3"},
		{"mute", "Extension.Crash", "exit status 3"},
		{"refuser", "Extension.InitError", "Extension.NoReason"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newIsolatedBench(t)
			fn := withExtensions(t, behaviour("sleep"), tt.name)
			r := b.invoke(fn, `"3s"`)
			want := fmt.Sprintf(`{"errorType":"%s","errorMessage":"RequestId: %s Error: %s"}`, tt.errorType, requestID, tt.message)
			if string(r.Payload) != want || r.FunctionError != "Unhandled" {
				t.Errorf("result = %q %s, want %s\n%s", r.FunctionError, r.Payload, want, r.LogTail)
			}
			await(t, "the environment is gone", func() bool { return len(b.Status().Environments) == 0 })
		})
	}
}

func TestExtensionThatIsNoProgramFailsTheFunction(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("echo")
	fn.Layers = []Code{layer(t, "a", nil, entry{"extensions/x", 0o644, "x"})}
	r := b.invoke(fn, `"x"`)
	want := fmt.Sprintf(`{"errorType":"Extension.LaunchError","errorMessage":"RequestId: %s Error: fork/exec /opt/extensions/x: permission denied"}`, requestID)
	if string(r.Payload) != want {
		t.Errorf("result = %s, want %s", r.Payload, want)
	}
}

// TestExtensionsAreTenAtMost has a layer with more: none of them is started.
func TestExtensionsAreTenAtMost(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("echo")
	var many []entry
	for i := range 11 {
		many = append(many, entry{fmt.Sprintf("extensions/x%d", i), 0o755, "#!/bin/sh\necho started\n"})
	}
	fn.Layers = []Code{layer(t, "a", nil, many...)}
	r := b.invoke(fn, `"x"`)
	want := fmt.Sprintf(`{"errorType":"Extension.LaunchError","errorMessage":"RequestId: %s Error: Extension limit (10) reached"}`, requestID)
	if string(r.Payload) != want || strings.Contains(b.text(), "started") {
		t.Errorf("result = %s, want %s", r.Payload, want)
	}
}

func TestEnvironmentIsAtWorkUntilItsExtensionsAreDone(t *testing.T) {
	b := newIsolatedBench(t)
	fn := withExtensions(t, behaviour("pid"), "slow")
	first := b.invoke(fn, `""`)
	await(t, "it rests", func() bool { e := b.Status().Environments; return len(e) == 1 && e[0].State == Idle })
	if second := b.invoke(fn, `""`); string(first.Payload) != string(second.Payload) {
		t.Errorf("pids = %s and %s, want one process", first.Payload, second.Payload)
	}
	if text := b.text(); strings.Count(text, "slow is done") != 2 {
		t.Errorf("log = %s", text)
	}
}

func TestStubbornExtensionsAreKilled(t *testing.T) {
	b := newIsolatedBench(t)
	fn := withExtensions(t, behaviour("sleep"), "stubborn")
	fn.Timeout = 200 * time.Millisecond
	r := b.invoke(fn, `"1m"`)
	if r.ErrorType != "Sandbox.Timedout" {
		t.Errorf("result = %s", r.Payload)
	}
	start := time.Now()
	text := b.text()
	if took := time.Since(start); took < 500*time.Millisecond {
		t.Errorf("it had %v, want two seconds", took)
	}
	if !strings.Contains(text, `"shutdownReason":"timeout"`) {
		t.Errorf("log = %s", text)
	}
}

func TestSpareMayHaveExtensions(t *testing.T) {
	b := newIsolatedBench(t, withSpares(1))
	needRuntime(t, b, "nodejs22.x")
	b.invoke(node("nodejs22.x", "index.js", `exports.handler = async () => 1;`), `{}`)
	b.awaitSpares(1)
	fn := withExtensions(t, node("nodejs22.x", "index.js", `exports.handler = async () => 'second';`), "observer")
	fn.ID = "second"
	r := b.invoke(fn, `{}`)
	if string(r.Payload) != `"second"` || !b.used(fn).spare {
		t.Errorf("result = %s\n%s", r.Payload, r.LogTail)
	}
	if text := b.text(); !strings.Contains(text, `observer {"eventType":"INVOKE"`) || !strings.Contains(text, `"shutdownReason":"spindown"`) {
		t.Errorf("log = %s", text)
	}
}
