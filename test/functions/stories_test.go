package functions

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"cloudless/internal/app"
	"cloudless/test/servertest"
)

// TestHandlersOfEachLanguage tells one story in each: a handler puts an item as
// its role, answers with what its context says, prints, fails as its language
// does, and goes on after that.
func TestHandlersOfEachLanguage(t *testing.T) {
	inGo := build(t, "handler")
	for _, tt := range []struct {
		name  string
		make  func(*testing.T) function
		value string // of the item, or empty where the function has no SDK
		fails string
	}{
		{"Node 6 by callback", node("nodejs6.10", "callback.js"), "by callback",
			`^{"errorMessage":"cannot do b","errorType":"TypeError","stackTrace":\["exports.handler \(/var/task/app.js:7:14\)"`},
		{"Node 20 by a promise", node("nodejs20.x", "promise.js"), "by a promise",
			`^{"errorType":"TypeError","errorMessage":"cannot do b","trace":\["TypeError: cannot do b","    at .*handler \(/var/task/app.js:6`},
		{"Node 22 by a module", node("nodejs22.x", "module.mjs"), "by a module",
			`^{"errorType":"TypeError","errorMessage":"cannot do b","trace":\["TypeError: cannot do b","    at .*handler \(file:///var/task/app.mjs:9`},
		{"Python", func(t *testing.T) function {
			return function{runtime: "python3.12", handler: "app.handler", code: newPack(t).file("app.py", "testdata/python/app.py").bytes()}
		}, "by Python",
			`^{"errorMessage": "cannot do b", "errorType": "TypeError", "requestId": "[^"]+", "stackTrace": \["  File \\"/var/task/app.py\\", line 9, in handler`},
		{"Java, a jar", func(t *testing.T) function {
			p := newPack(t).tree("app", filepath.Join(classes(t), "app"))
			for _, jar := range javaLibraries(t) { // a jar with all in it would be one file; Lambda takes both
				p.file("lib/"+filepath.Base(jar), jar)
			}
			return function{runtime: "java17", handler: "app.Things", code: p.bytes(), timeout: 30}
		}, "by Java",
			`^{"errorMessage":"cannot do b","errorType":"java.lang.IllegalArgumentException","stackTrace":\["app.Things.handleRequest\(Things.java:3\d\)"`},
		{"Go", func(t *testing.T) function {
			return function{runtime: "provided.al2023", handler: "any", code: newPack(t).file("bootstrap", inGo).bytes()}
		}, "by Go", `^{"errorMessage":"cannot do b","errorType":"errorString"}$`},
		{"Go, the oldest runtime", func(t *testing.T) function {
			return function{runtime: "go1.x", handler: "bin/things", code: newPack(t).file("bin/things", inGo).bytes()}
		}, "by Go", `^{"errorMessage":"cannot do b","errorType":"errorString"}$`},
		{"Ruby", func(t *testing.T) function {
			return function{runtime: "ruby3.3", handler: "app.handler", code: newPack(t).file("app.rb", "testdata/ruby/app.rb").bytes()}
		}, "", `^{"errorMessage":"cannot do b","errorType":"Function<TypeError>","stackTrace":\["/var/task/app.rb:7:in .*handler'"\]}$`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := tt.make(t)
			c := newCloud(t)
			c.deploy("things", f)
			tell(c, tt.value, tt.fails)
		})
	}
}

func tell(c *cloud, value, fails string) {
	c.t.Helper()
	answer := regexp.MustCompile(`^{"name": ?"things", ?"left": ?true}$`)
	for _, id := range []string{"a", "c"} {
		r := c.invoke("things", `{"id":"`+id+`","fail":false}`)
		if r.failure != "" || !answer.MatchString(r.payload) {
			c.t.Fatalf("%s: %q %s\n%s", id, r.failure, r.payload, r.log)
		}
		if !regexp.MustCompile(`(?m)(^|\t)working on `+id+`$`).MatchString(r.log) || !strings.Contains(r.log, "REPORT RequestId: ") {
			c.t.Errorf("log = %s", r.log)
		}
		if got := c.item(id); value != "" && got != value {
			c.t.Errorf("the item has %q, want %q", got, value)
		}
		if id == "c" {
			return
		}
		r = c.invoke("things", `{"id":"b","fail":true}`)
		if r.failure != "Unhandled" || !regexp.MustCompile(fails).MatchString(r.payload) {
			c.t.Errorf("the failure is %q %s, want %s", r.failure, r.payload, fails)
		}
	}
}

// node makes a function of one file.
func node(runtime, file string) func(*testing.T) function {
	return func(t *testing.T) function {
		code := newPack(t).file("app"+filepath.Ext(file), "testdata/node/"+file).bytes()
		return function{runtime: runtime, handler: "app.handler", code: code}
	}
}

func TestNodeAnswersPieceByPiece(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.deploy("stream", node("nodejs22.x", "stream.mjs")(t))
	resp := c.site("stream", types.InvokeModeResponseStream)("GET", "/", "")
	if resp.StatusCode != 201 || resp.Header.Get("X-Kind") != "stream" {
		t.Errorf("status %d, headers %v", resp.StatusCode, resp.Header)
	}
	first := make([]byte, 100)
	n, err := resp.Body.Read(first)
	if err != nil || string(first[:n]) != "one " {
		t.Errorf("the first piece is %q, %v", first[:n], err)
	}
	if rest := text(t, resp); rest != "two three" {
		t.Errorf("the rest is %q", rest)
	}
}

func TestJavaAnswersBytesWithBytes(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	c.deploy("upper", function{
		runtime: "java17", handler: "app.Things$Upper", timeout: 30,
		code: newPack(t).tree("app", filepath.Join(classes(t), "app")).bytes(),
	})
	if r := c.invoke("upper", `{"a":"ü"}`); r.payload != `{"A":"Ü"}` {
		t.Errorf("answer = %q %s\n%s", r.failure, r.payload, r.log)
	}
}

// build builds a function in Go, of a folder beside this file.
func build(t *testing.T, folder string) (binary string) {
	t.Helper()
	depend(t, folder+"/main.go")
	binary = filepath.Join(t.TempDir(), "bootstrap")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "./"+folder)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// depend looks at a file that a program reads for a test: the go tool, which keeps
// results of tests, knows of no other way.
func depend(t *testing.T, name string) {
	t.Helper()
	if _, err := os.ReadFile(name); err != nil {
		t.Fatal(err)
	}
}

// classes compiles the functions in Java, and returns the directory of the classes.
func classes(t *testing.T) string {
	t.Helper()
	err := app.InstallRuntime(t.Context(), servertest.Runtimes(), "java17", nil, func(line string) { t.Log(line) })
	if err != nil {
		t.Fatal(err)
	}
	depend(t, "testdata/java/Things.java")
	dir := t.TempDir()
	path := filepath.Join(servertest.Runtimes(), "java", "lib") + "/*" + string(os.PathListSeparator) + servertest.Tool(t, "java", "lib") + "/*"
	out, err := exec.CommandContext(t.Context(), servertest.Program(t, "javac"), "-nowarn", "--release", "11", "-cp", path, "-d", dir, "testdata/java/Things.java").CombinedOutput()
	if err != nil {
		t.Fatalf("javac: %v\n%s", err, out)
	}
	return dir
}

// unused are libraries for other clients of HTTP than that of the function, and for
// other tests.
var unused = regexp.MustCompile(`/(netty|httpc|apache|dynamodb-enhanced)[^/]*$`)

// javaLibraries are the SDK for Java and what it needs.
func javaLibraries(t *testing.T) []string {
	t.Helper()
	jars, err := filepath.Glob(filepath.Join(servertest.Tool(t, "java", "lib"), "*.jar"))
	if err != nil || len(jars) == 0 {
		t.Fatalf("no libraries: %v", err)
	}
	return slices.DeleteFunc(jars, unused.MatchString)
}
