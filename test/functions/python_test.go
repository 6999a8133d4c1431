package functions

import "testing"

// TestPythonHasNoPackagesOfTheMachine has a function look for pip, which the machine has:
// the pack was fetched with it.
func TestPythonHasNoPackagesOfTheMachine(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.deploy("look", function{runtime: "python3.13", handler: "app.handler", code: newPack(t).text("app.py", `
import importlib, os, sys

def handler(event, context):
    try:
        importlib.import_module(event)
    except ImportError as e:
        return str(e)
    return [p for p in sys.path if p.endswith("-packages") and not p.startswith(("/opt/", "/var/lang/"))]
`).bytes()})
	for module, want := range map[string]string{"pip": `"No module named 'pip'"`, "boto3": `[]`, "sqlite3": `[]`} {
		if r := c.invoke("look", `"`+module+`"`); r.failure != "" || r.payload != want {
			t.Errorf("%s: answer = %q %s, want %s\n%s", module, r.failure, r.payload, want, r.log)
		}
	}
}

// TestPythonCustomizesItself has a wrapper put a directory of a layer into the path, with
// code that Python runs when it starts: how tracing gets into functions.
func TestPythonCustomizesItself(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.deploy("traced", function{
		runtime: "python3.13", handler: "app.handler",
		code: newPack(t).text("app.py", "import builtins\ndef handler(event, context): return builtins.traced\n").
			text("auto/sitecustomize.py", "import builtins\nbuiltins.traced = 'yes'\n").
			add("wrapper", 0o755, []byte("#!/bin/sh\nexport PYTHONPATH=/var/task/auto:$PYTHONPATH\nexec \"$@\"\n")).bytes(),
		variables: map[string]string{"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/wrapper"},
	})
	if r := c.invoke("traced", `{}`); r.failure != "" || r.payload != `"yes"` {
		t.Errorf("answer = %q %s\n%s", r.failure, r.payload, r.log)
	}
}
