package functions

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

// needShell skips where the machine has no bash to be found as /bin/sh.
func needShell(t *testing.T) {
	t.Helper()
	for _, program := range []string{"/bin/bash", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
}

// TestRuntimeInShell has one that is begun with #!/bin/sh and means bash, as the one of
// AWS's tutorial.
func TestRuntimeInShell(t *testing.T) {
	t.Parallel()
	needShell(t)
	c := newCloud(t)
	code := newPack(t).file("bootstrap", "testdata/shell/bootstrap").
		text("function.sh", "function handler () {\n  [[ $1 == *name* ]] && echo \"{\\\"echo\\\":$1}\"\n}\n").bytes()
	c.deploy("shell", function{runtime: "provided.al2023", handler: "function.handler", code: code})
	for _, event := range []string{`{"name":"Ada"}`, `{"name":"Lu"}`} {
		if r := c.invoke("shell", event); r.failure != "" || r.payload != `{"echo":`+event+`}` {
			t.Errorf("%s: answer = %q %s\n%s", event, r.failure, r.payload, r.log)
		}
	}
}

// TestWrapperAddsAnOption has one that counts on the runtime's own file being the last word
// of the command line, as the ones of AWS's documentation do.
func TestWrapperAddsAnOption(t *testing.T) {
	t.Parallel()
	needShell(t)
	c := newCloud(t)
	layer, err := c.lambda.PublishLayerVersion(t.Context(), &lambda.PublishLayerVersionInput{
		LayerName: aws.String("wrapper"),
		Content: &types.LayerVersionContentInput{
			ZipFile: newPack(t).file("wrapper", "testdata/shell/wrapper").bytes(),
		},
	})
	c.must(err)
	for runtime, tt := range map[string]struct{ file, code, option, want string }{
		"nodejs22.x": {"app.js", "exports.handler = async () => process.execArgv.includes('--trace-warnings');", "--trace-warnings", "true"},
		"python3.13": {"app.py", "import sys\ndef handler(event, context): return sys.flags.dev_mode, sys.argv[1:]\n", "-Xdev", "[true, []]"},
		"ruby3.3":    {"app.rb", "def handler(event:, context:) = [$-w, ARGV]\n", "-w", "[true,[]]"},
	} {
		name, _, _ := strings.Cut(runtime, ".")
		c.deploy(name, function{
			runtime: runtime, handler: "app.handler", code: newPack(t).text(tt.file, tt.code).bytes(), layers: []string{*layer.LayerVersionArn},
			variables: map[string]string{"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper", "OPTION": tt.option},
		})
		for range 2 {
			if r := c.invoke(name, `{}`); r.failure != "" || r.payload != tt.want {
				t.Errorf("%s: answer = %q %s, want %s\n%s", runtime, r.failure, r.payload, tt.want, r.log)
			}
		}
	}
}
