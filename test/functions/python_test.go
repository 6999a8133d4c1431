package functions

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

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

// TestPythonFindsWhatIsBrought has a function, a layer and the runtime bring modules, by files
// that name directories too, and functions that say themselves where modules are.
func TestPythonFindsWhatIsBrought(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	layer, err := c.lambda.PublishLayerVersion(t.Context(), &lambda.PublishLayerVersionInput{
		LayerName: aws.String("brought"),
		Content: &types.LayerVersionContentInput{ZipFile: newPack(t).text("python/of_layer.py", "").
			text("python/more.pth", "more\n").text("python/more/more_of_layer.py", "").bytes()},
	})
	c.must(err)
	f := function{
		runtime: "python3.13", handler: "app.handler", layers: []string{*layer.LayerVersionArn},
		code: newPack(t).text("app.py", `
import importlib, os, subprocess, sys

def there(module):
    try:
        return bool(importlib.import_module(module))
    except ImportError:
        return False

def handler(event, context):
    child = subprocess.run([sys.executable, "-c", "import boto3"], capture_output=True).returncode
    return [m for m in event if there(m)], sys.path[0], child
`).text("src.pth", "src\n").text("src/of_src.py", "").text("lib/of_lib.py", "").bytes(),
	}
	c.deploy("plain", f)
	f.variables = map[string]string{"PYTHONPATH": "/var/task/lib:/var/runtime:/var/lang/lib/python3.13/site-packages"}
	c.deploy("own", f)
	for name, want := range map[string]string{
		"plain": `[["boto3", "snapshot_restore_py", "of_layer", "more_of_layer", "of_src"], "/var/task", 0]`,
		"own":   `[["boto3", "snapshot_restore_py", "of_src", "of_lib"], "/var/task", 0]`,
	} {
		r := c.invoke(name, `["boto3", "snapshot_restore_py", "of_layer", "more_of_layer", "of_src", "of_lib"]`)
		if r.failure != "" || r.payload != want {
			t.Errorf("%s: answer = %q %s, want %s\n%s", name, r.failure, r.payload, want, r.log)
		}
	}
	f.variables = map[string]string{"PYTHONPATH": "/var/task/lib"}
	c.deploy("bare", f)
	if r := c.invoke("bare", `["boto3", "snapshot_restore_py", "of_lib"]`); !strings.HasPrefix(r.payload, `[["boto3", "snapshot_restore_py", "of_lib"], `) {
		t.Errorf("bare: answer = %q %s\n%s", r.failure, r.payload, r.log)
	}
}

// TestPythonRunsPrograms has a function start Python by the names that it has on AWS.
func TestPythonRunsPrograms(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.deploy("run", function{runtime: "python3.13", handler: "app.handler", code: newPack(t).text("app.py", `
import subprocess, sys

def handler(event, context):
    return [subprocess.check_output([name, "-c", "import sys, boto3; print(sys.version)"], text=True).strip() == sys.version for name in event]
`).bytes()})
	r := c.invoke("run", `["python", "python3", "python3.13", "/var/lang/bin/python3.13"]`)
	if r.failure != "" || r.payload != `[true, true, true, true]` {
		t.Errorf("answer = %q %s\n%s", r.failure, r.payload, r.log)
	}
}
