//go:build linux

package command

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// health is part of what a server of ours answers for its health, and no other.
const health = `"status":"ready"`

// getJava is a program that Java compiles when it starts it.
const getJava = `public class Get {
	public static void main(String[] urls) throws Exception {
		new java.net.URL(urls[0]).openStream().transferTo(System.out);
	}
}`

func TestNamesOfAWSLeadHere(t *testing.T) {
	s := start(t, t.TempDir())
	env := []string{"CLOUDLESS_DATA=" + s.data}
	java := filepath.Join(t.TempDir(), "Get.java")
	if err := os.WriteFile(java, []byte(getJava), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, program, script string }{
		{"curl over TLS", "curl", `curl -sS https://s3.us-west-2.amazonaws.com/_cloudless/health`},
		{"curl without TLS", "curl", `curl -sS http://a1b2c3.execute-api.eu-west-1.amazonaws.com/_cloudless/health`},
		{"Python", "python3", `python3 -c 'import urllib.request as r; print(r.urlopen("https://dynamodb.eu-central-1.amazonaws.com/_cloudless/health").read())'`},
		{"Node", "node", `node -e 'fetch("https://bucket.s3.amazonaws.com/_cloudless/health").then(r => r.text()).then(console.log)'`},
		{"wget", "wget", `wget -qO- https://s3.us-west-2.amazonaws.com/_cloudless/health`},
		{"Java", "javac", `java ` + java + ` https://sqs.us-west-2.amazonaws.com/_cloudless/health`},
		{"a child of a child", "curl", `sh -c 'curl -sS https://sts.amazonaws.com/_cloudless/health; true'`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := exec.LookPath(tt.program); err != nil {
				t.Skipf("skipped: no %s on this machine", tt.program)
			}
			if got := call(t, env, "run", "--", "sh", "-c", tt.script); !strings.Contains(got.stdout, health) {
				t.Errorf("got %+v", got)
			}
		})
	}
	t.Run("other connections are as they were", func(t *testing.T) {
		if got := call(t, env, "run", "curl", "-sS", strings.Replace(s.url, "127.0.0.1", "localhost", 1)+"/_cloudless/health"); !strings.Contains(got.stdout, health) {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("where nobody reroutes, the environment does", func(t *testing.T) {
		// The inner one finds that it is rerouted itself.
		if got := call(t, env, "run", binary, "run", "sh", "-c", `curl -sS "$AWS_ENDPOINT_URL/_cloudless/health"`); !strings.Contains(got.stdout, health) {
			t.Errorf("got %+v", got)
		}
	})
}

func TestWhatACommandLeavesRunningCanConnect(t *testing.T) {
	s := start(t, t.TempDir())
	answer := filepath.Join(t.TempDir(), "answer")
	script := `(read line <"$0.go"; curl -sS "$AWS_ENDPOINT_URL/_cloudless/health" >"$0.part"; mv "$0.part" "$0") >/dev/null 2>&1 &`
	if out, err := exec.Command("mkfifo", answer+".go").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got := call(t, []string{"CLOUDLESS_DATA=" + s.data}, "run", "sh", "-c", script, answer); got != (result{}) {
		t.Fatalf("got %+v", got)
	}
	if err := os.WriteFile(answer+".go", []byte("now\n"), 0); err != nil { // waits for its reader
		t.Fatal(err)
	}
	for deadline := time.Now().Add(longest); ; time.Sleep(10 * time.Millisecond) {
		text, err := os.ReadFile(answer)
		if err == nil && strings.Contains(string(text), health) {
			return
		}
		if err == nil || time.Now().After(deadline) {
			t.Fatalf("%q, %v", text, err)
		}
	}
}
