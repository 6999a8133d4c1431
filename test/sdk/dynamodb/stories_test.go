// Package dynamodb tells DynamoDB's story through the AWS SDKs of several
// languages, each against a server of its own, and what libraries on top of
// them promise in their quick starts.
//
// A story has the same chapters in every language:
//
//   - python/story.py:    boto3, its client and its resource;
//   - js/v2.js:           the AWS SDK for JavaScript v2, its DocumentClient and dynamodb-doc;
//   - js/v3.js:           the AWS SDK for JavaScript v3 and lib-dynamodb;
//   - java/Story.java:    the AWS SDK for Java v2 and its DynamoDB Enhanced client;
//   - story_test.go, …:   the AWS SDK for Go v2, with attributevalue and expression.
//
// Each is one process, which prints "ok" and the chapter's name for each chapter
// that it was asked for.
package dynamodb

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"cloudless/internal/app"
	"cloudless/test/servertest"
)

// chapters are those of a story, in their order.
var chapters = []string{"tables", "items", "conditions", "paging", "batch", "transactions", "indexes", "stream", "ttl", "partiql", "backups"}

func TestStoryByBoto3(t *testing.T) {
	tell(t, servertest.Tool(t, "python", "bin", "python"), "python/story.py")
}

func TestStoryByJavaScriptV2(t *testing.T) {
	tell(t, node(t), "js/v2.js")
}

func TestStoryByJavaScriptV3(t *testing.T) {
	tell(t, node(t), "js/v3.js")
}

func TestStoryByJava(t *testing.T) {
	tell(t, servertest.Program(t, "java"), "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp", compile(t, "java/Story.java"), "Story")
}

// node returns Node, if the packages that the programs need are there as well.
func node(t *testing.T) string {
	t.Helper()
	servertest.Tool(t, "js", "node_modules")
	return servertest.Program(t, "node")
}

// compile compiles a Java program and returns the class path to run it with.
func compile(t *testing.T, source string) string {
	t.Helper()
	libraries := filepath.Join(servertest.Tool(t, "java", "lib"), "*")
	classes := t.TempDir()
	out, err := exec.CommandContext(t.Context(), servertest.Program(t, "javac"), "-proc:none", "-d", classes, "-cp", libraries, source).CombinedOutput()
	if err != nil {
		t.Fatalf("javac: %v\n%s", err, out)
	}
	return classes + string(os.PathListSeparator) + libraries
}

// tell runs a story's program, and looks for each of its chapters.
func tell(t *testing.T, program string, args ...string) {
	t.Helper()
	t.Parallel()
	out, err := run(t, servertest.Start(t), []string{"STORY_CHAPTERS=" + strings.Join(chapters, ",")}, program, args...)
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for _, c := range chapters {
		t.Run(c, func(t *testing.T) {
			if !strings.Contains("\n"+out, "\nok "+c+"\n") {
				t.Error("this chapter did not end well; see above")
			}
		})
	}
}

// run runs a program that finds the server by its environment.
func run(t *testing.T, srv *app.App, env []string, program string, args ...string) (output string, err error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + t.TempDir(),
		"NODE_PATH=" + filepath.Join(os.Getenv("CLOUDLESS_TEST_TOOLS"), "js", "node_modules"),
		"AWS_ENDPOINT_URL=" + srv.URL,
		"AWS_ACCESS_KEY_ID=" + srv.RootKey.ID,
		"AWS_SECRET_ACCESS_KEY=" + srv.RootKey.Secret,
		"AWS_REGION=us-east-1",
		"AWS_DEFAULT_REGION=us-east-1",
		"AWS_MAX_ATTEMPTS=1",
		"AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE=1",
		"STORY_ACCOUNT=" + servertest.Account,
	}, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}
