package runtime

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// loads has the machine's Node load a handler as the newest of Lambda's runtimes do, where
// handlers are not called back, and tell what becomes of it.
const loads = `
require("./generation").callbacks = false;
require("./stream").install();
require("./load")(process.argv[1], "app.handler", (err, fn) => console.log(err ? err.name : "loaded " + fn.length));`

func TestNodeTellsStreamsFromCallbacks(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip(err)
	}
	for name, tt := range map[string]struct{ handler, want string }{
		"handler that is called back": {`(event, context, callback) => callback(null, 1)`, "Runtime.CallbackHandlerDeprecated"},
		"handler with a stream":       {`awslambda.streamifyResponse(async (event, stream, context) => stream.end())`, "loaded 3"},
		"handler with a context":      {`async (event, context) => 1`, "loaded 2"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "app.js"), []byte("exports.handler = "+tt.handler+";"), 0o644); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), node, "-e", loads, dir)
			cmd.Dir = "node"
			out, err := cmd.CombinedOutput()
			if err != nil || strings.TrimSpace(string(out)) != tt.want {
				t.Errorf("it says %q, %v, want %q", out, err, tt.want)
			}
		})
	}
}
