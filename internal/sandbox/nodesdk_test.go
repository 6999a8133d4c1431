//go:build linux

package sandbox

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"cloudless/internal/sandbox/runtime"
)

// withPacksOfItsOwn gives the manager a copy of the pack of a runtime, which the test may
// change.
func withPacksOfItsOwn(t *testing.T, identifier string) func(*Config) {
	return func(c *Config) {
		t.Helper()
		needRuntime(t, &bench{Manager: &Manager{cfg: *c}}, identifier)
		dir := t.TempDir()
		from := c.Runtimes.Path(identifier)
		to := filepath.Join(dir, filepath.Base(from))
		if exec.Command("cp", "-al", from, to).Run() != nil { // by further names
			if out, err := exec.Command("cp", "-a", from, to).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}
		for _, name := range []string{"pack.json", "package.json"} { // which are written
			data, err := os.ReadFile(filepath.Join(from, name))
			if err == nil {
				err = os.Remove(filepath.Join(to, name))
			}
			if err == nil {
				err = os.WriteFile(filepath.Join(to, name), data, 0o644)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		c.Runtimes = runtime.NewPacks(dir)
	}
}

const usesClient = `
exports.handler = async (event) => {
  try { return require('@aws-sdk/' + event).made; } catch (e) { return e.code; }
};`

// TestClientsThatThePackLacksAreFetched has an npm client of its own, which knows one
// package.
func TestClientsThatThePackLacksAreFetched(t *testing.T) {
	bin := t.TempDir()
	script := `#!/bin/sh
case "$*" in *client-absent*) echo "npm error code E404" >&2; exit 1;; esac
mkdir -p node_modules/@aws-sdk/client-made
echo '{"name": "@aws-sdk/client-made", "version": "3.0.0"}' > node_modules/@aws-sdk/client-made/package.json
echo 'exports.made = "here"' > node_modules/@aws-sdk/client-made/index.js
`
	if err := os.WriteFile(filepath.Join(bin, "npm"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	b := newIsolatedBench(t, withPacksOfItsOwn(t, "nodejs22.x"), withSpares(1))

	running := node("nodejs22.x", "index.js", usesClient) // by names that it puts together
	if r := b.invoke(running, `"client-made"`); string(r.Payload) != `"MODULE_NOT_FOUND"` {
		t.Fatalf("result = %s, before it is fetched", r.Payload)
	}
	b.awaitSpares(1)
	fn := node("nodejs22.x", "index.js", `// require("@aws-sdk/client-made"), require("@aws-sdk/client-absent")`+usesClient)
	fn.ID = "another"
	if err := b.Prepare(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
	if r := b.invoke(fn, `"client-made"`); string(r.Payload) != `"here"` {
		t.Errorf("result = %s %s, in an environment that had waited", r.Payload, r.LogTail)
	}
	if !b.used(fn).spare {
		t.Error("no environment had waited")
	}
	if r := b.invoke(fn, `"client-absent"`); string(r.Payload) != `"MODULE_NOT_FOUND"` {
		t.Errorf("result = %s, of what the registry does not have", r.Payload)
	}
	if r := b.invoke(running, `"client-made"`); string(r.Payload) != `"here"` {
		t.Errorf("result = %s, in an environment that was there", r.Payload)
	}
}

// TestFunctionUsesAClientThatThePackLacks asks the registry that npm is configured for.
func TestFunctionUsesAClientThatThePackLacks(t *testing.T) {
	b := newIsolatedBench(t, withPacksOfItsOwn(t, "nodejs22.x"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "npm", "view", "@aws-sdk/client-mq", "version").CombinedOutput(); err != nil {
		t.Skipf("SKIPPED for want of the npm registry: %v: %s", err, out)
	}
	fn := node("nodejs22.x", "index.mjs", `
import { MqClient, ListBrokersCommand } from "@aws-sdk/client-mq";
export const handler = async () => {
  const c = new MqClient({ maxAttempts: 1 });
  await c.send(new ListBrokersCommand({})).catch(() => {});
  return c.config.serviceId;
};`)
	if err := b.Prepare(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
	if r := b.invoke(fn, `{}`); string(r.Payload) != `"mq"` {
		t.Errorf("result = %q %s\n%s", r.FunctionError, r.Payload, r.LogTail)
	}
	if len(b.front.requests) != 1 {
		t.Errorf("the front was asked %q", b.front.requests)
	}
}
