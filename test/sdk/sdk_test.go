// Package sdk tells the article's story through the AWS SDKs of several
// languages, each against a server of its own. Package test/sdk/dynamodb tells
// DynamoDB's.
package sdk

import (
	"archive/zip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cloudless/test/servertest"
)

func TestStoryByBoto3(t *testing.T) {
	tell(t, servertest.Tool(t, "python", "bin", "python"), "python/story.py")
}

func TestStoryByJavaScriptV2(t *testing.T) { tellJS(t, "js/v2.js") }

func TestStoryByJavaScriptV3(t *testing.T) { tellJS(t, "js/v3.js") }

func tellJS(t *testing.T, script string) {
	tell(t, servertest.Program(t, "node"), script, "NODE_PATH="+servertest.Tool(t, "js", "node_modules"))
}

// tell runs a script, which ends with "ok", against a server of its own.
func tell(t *testing.T, interpreter, script string, env ...string) {
	t.Helper()
	srv := servertest.Start(t)
	cmd := exec.CommandContext(t.Context(), interpreter, script)
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + t.TempDir(),
		"AWS_ENDPOINT_URL=" + srv.URL,
		"AWS_ACCESS_KEY_ID=" + srv.RootKey.ID,
		"AWS_SECRET_ACCESS_KEY=" + srv.RootKey.Secret,
		"AWS_REGION=us-east-1",
		"AWS_DEFAULT_REGION=us-east-1",
		"AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE=1",
		"STORY_ACCOUNT=" + servertest.Account,
		"STORY_ARCHIVE=" + archive(t),
		"STORY_HANDLER=putitem.handler",
		"STORY_PORT=" + srv.URL[strings.LastIndex(srv.URL, ":")+1:],
	}, env...)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasSuffix(strings.TrimSpace(string(out)), "ok") {
		t.Errorf("%s: %v\n%s", script, err, out)
	}
}

// archive makes the article's function.
func archive(t *testing.T) string {
	t.Helper()
	code, err := os.ReadFile("../../examples/article/putitem.js")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "putitem.zip")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := zip.NewWriter(f)
	entry, err := w.Create("putitem.js")
	if err == nil {
		_, err = entry.Write(code)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return file
}
