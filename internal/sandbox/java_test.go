//go:build linux

package sandbox

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"cloudless/internal/sandbox/runtime"
)

// javaHandlers are the handlers of these tests.
const javaHandlers = `package app;

import com.amazonaws.services.lambda.runtime.*;
import java.io.*;
import java.net.*;
import java.util.*;

public class Handlers {
	public static class Person { public String name; public int age; }

	public Map<String, Object> greet(Person p) {
		return Map.of("greeting", "Hello " + p.name, "next", p.age + 1);
	}

	public static class Typed implements RequestHandler<Map<String, Object>, List<Object>> {
		public List<Object> handleRequest(Map<String, Object> event, Context c) {
			c.getLogger().log("two\nlines\n");
			int left = c.getRemainingTimeInMillis();
			return List.of(event.get("a"), c.getFunctionName(), c.getAwsRequestId(), c.getMemoryLimitInMB(), left > 0 && left <= 10000);
		}
	}

	public static class Streams implements RequestStreamHandler {
		public void handleRequest(InputStream in, OutputStream out, Context c) throws IOException {
			out.write(("[" + new String(in.readAllBytes(), "UTF-8") + "]").getBytes("UTF-8"));
		}
	}

	public String fail(Object event) { throw new IllegalStateException("no"); }
	public String exit(Object event) { System.exit(7); return ""; }
	public String hoard(Object event) {
		List<byte[]> all = new ArrayList<>();
		while (true) all.add(new byte[8 << 20]);
	}
	public String loaded(Object event) throws IOException {
		for (String line : java.nio.file.Files.readAllLines(java.nio.file.Path.of("/tmp/loaded")))
			if (line.contains(" " + event + " ")) return line.substring(line.indexOf(event + " "));
		return null;
	}
	public int front(Object event) throws IOException {
		((HttpURLConnection) new URL("http://sts.amazonaws.com/").openConnection()).getResponseCode();
		return ((HttpURLConnection) new URL("https://sts.us-east-1.amazonaws.com/").openConnection()).getResponseCode();
	}
}
`

// javaClasses compiles them once, for the oldest Java that has all that they use.
var javaClasses = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "cloudless-java-test-"); err != nil {
		return "", err
	}
	atExit = append(atExit, func() { os.RemoveAll(dir) })
	source := filepath.Join(dir, "Handlers.java")
	if err := os.WriteFile(source, []byte(javaHandlers), 0o644); err != nil {
		return "", err
	}
	libraries := filepath.Join(packs().Path("java11"), "lib") + "/*"
	out, err := exec.Command("javac", "-nowarn", "--release", "11", "-cp", libraries, "-d", filepath.Join(dir, "classes"), source).CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return filepath.Join(dir, "classes"), nil
})

// javaCode is the package of those handlers.
func javaCode() ([]byte, error) {
	dir, err := javaClasses()
	if err != nil {
		return nil, err
	}
	var files []string
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		files = append(files, strings.TrimPrefix(name, dir+"/"), string(data))
		return err
	})
	return zipOf(files...), err
}

// java returns a function of those handlers.
func java(t *testing.T, b *bench, identifier, handler string) Function {
	t.Helper()
	needRuntime(t, b, "java11")
	needRuntime(t, b, identifier)
	code, err := javaCode()
	if err != nil {
		t.Fatal(err)
	}
	fn := function(identifier, handler, code)
	fn.MemoryMB = 512
	return fn
}

func TestJavaHandlersAnswer(t *testing.T) {
	for _, tt := range []struct{ name, handler, event, want string }{
		{"of a class's method, from the event's fields", "app.Handlers::greet", `{"name":"Ada","age":36}`, `{"next":37,"greeting":"Hello Ada"}|{"greeting":"Hello Ada","next":37}`},
		{"as RequestHandler, with the context", "app.Handlers$Typed", `{"a":[1,"ü"]}`, `\[\[1,"ü"\],"f","` + requestID + `",512,true\]`},
		{"by streams", "app.Handlers$Streams::handleRequest", `{"a":"日本"}`, `\[{"a":"日本"}\]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newIsolatedBench(t)
			r := b.invoke(java(t, b, "java17", tt.handler), tt.event)
			if !regexp.MustCompile("^("+tt.want+")$").Match(r.Payload) || r.FunctionError != "" {
				t.Errorf("result = %q %s, want %s\n%s", r.FunctionError, r.Payload, tt.want, r.LogTail)
			}
			t.Logf("loaded in %v, %d MB", r.InitDuration, r.MemoryUsedMB)
		})
	}
}

// TestEveryJavaRunsOrSaysWhatItNeeds takes all identifiers there are: what runs
// depends on the machine, what is said does not.
func TestEveryJavaRunsOrSaysWhatItNeeds(t *testing.T) {
	ran := 0
	for _, identifier := range []string{"java8", "java8.al2", "java11", "java17", "java21", "java25"} {
		t.Run(identifier, func(t *testing.T) {
			b := newIsolatedBench(t)
			if _, err := b.Installed(identifier); err != nil {
				missing, ok := errors.AsType[*runtime.MissingError](err)
				if !ok || !regexp.MustCompile(`^openjdk-\d+-jre-headless$`).MatchString(missing.Package) {
					t.Errorf("Installed = %v", err)
				}
				return
			}
			r := b.invoke(java(t, b, identifier, "app.Handlers$Typed::handleRequest"), `{"a":1}`)
			if r.FunctionError != "" || !strings.HasPrefix(string(r.Payload), "[1,") {
				t.Errorf("result = %q %s\n%s", r.FunctionError, r.Payload, r.LogTail)
			}
			ran++
		})
	}
	if ran == 0 {
		t.Error("none ran")
	}
}

func TestJavaFailures(t *testing.T) {
	for _, tt := range []struct{ name, handler, want string }{
		{"exception", "app.Handlers::fail", `^{"errorMessage":"no","errorType":"java.lang.IllegalStateException","stackTrace":\["app.Handlers.fail\(Handlers.java:\d+\)"`},
		{"missing class", "app.Absent::x", `^{"errorMessage":"Class not found: app.Absent","errorType":"java.lang.ClassNotFoundException"`},
		{"missing method", "app.Handlers::absent", `^{"errorMessage":"No public method named absent with appropriate method signature found on class app.Handlers"`},
		{"exit", "app.Handlers::exit", `^{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ` + requestID + ` Error: Runtime exited with error: exit status 7"}$`},
		{"too much memory", "app.Handlers::hoard", `^{"errorMessage":"Java heap space","errorType":"java.lang.OutOfMemoryError"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newIsolatedBench(t)
			r := b.invoke(java(t, b, "java17", tt.handler), `{}`)
			if r.FunctionError != "Unhandled" || !regexp.MustCompile(tt.want).Match(r.Payload) {
				t.Errorf("result = %q %s, want %s\n%s", r.FunctionError, r.Payload, tt.want, r.LogTail)
			}
		})
	}
}

func TestJavaLog(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bench) {
		r := b.invoke(java(t, b, "java17", "app.Handlers$Typed"), `{"a":1}`)
		if text := string(r.LogTail); !strings.Contains(text, "\ntwo\nlines\nEND RequestId") {
			t.Errorf("log = %s", text)
		}
	})
}

func TestJavaReachesTheFrontUnderAWSsOwnName(t *testing.T) {
	b := newIsolatedBench(t)
	r := b.invoke(java(t, b, "java17", "app.Handlers::front"), `{}`)
	if string(r.Payload) != `200` {
		t.Fatalf("result = %q %s\n%s", r.FunctionError, r.Payload, r.LogTail)
	}
	if got, want := strings.Join(b.front.requests, "\n"), "http sts.amazonaws.com  \nhttps sts.us-east-1.amazonaws.com  "; got != want {
		t.Errorf("the front was asked\n%s\nwant\n%s", got, want)
	}
}

// TestJavaSharesClasses has the JVM tell where it got a class of AWS's client from.
func TestJavaSharesClasses(t *testing.T) {
	const class = `"com.amazonaws.services.lambda.runtime.api.client.AWSLambda"`
	for _, identifier := range []string{"java17", "java25"} {
		for _, tt := range []struct {
			name, options string
			memoryMB      int
			want          string
		}{
			{"as it comes", "", 256, "source: shared objects file (top)"},
			{"with much memory", "", 6000, "source: shared objects file (top)"},
			{"with options of the function's", "-Dapp.name=x -XX:+UseStringDeduplication", 256, "source: shared objects file (top)"},
			{"not if the function shares otherwise", "-Xshare:auto", 256, "source: file:/var/runtime/lib/aws-lambda-java-runtime-interface-client-*.jar"},
			{"not if the archive does not fit", "--patch-module=java.base=/tmp", 256, "source: file:/var/runtime/lib/aws-lambda-java-runtime-interface-client-*.jar"},
		} {
			t.Run(identifier+" "+tt.name, func(t *testing.T) {
				b := newIsolatedBench(t)
				if _, err := b.Installed(identifier); err != nil {
					t.Skip(err) // this machine has no Java that is new enough
				}
				if dir := b.cfg.Runtimes.Path(identifier); identifier == "java17" && strings.HasPrefix(dir, os.TempDir()) && strings.Contains(tt.want, "shared") {
					t.Skip("a Java before 19 takes no archive from below the directory for temporary files, where these packs are: " + dir)
				}
				fn := java(t, b, identifier, "app.Handlers::loaded")
				if err := b.Install(t.Context(), identifier, func(line string) { t.Log(line) }); err != nil {
					t.Fatal(err)
				}
				fn.MemoryMB = tt.memoryMB
				fn.Environment = map[string]string{"JAVA_TOOL_OPTIONS": strings.TrimSpace(tt.options + " -Xlog:class+load:file=/tmp/loaded")}
				r := b.invoke(fn, class)
				if want := `"` + strings.Trim(class, `"`) + " " + tt.want + `"`; !matches(want, string(r.Payload)) {
					t.Errorf("result = %q %s, want %s\n%s", r.FunctionError, r.Payload, want, r.LogTail)
				}
				for line := range strings.Lines(string(r.LogTail)) {
					if strings.HasPrefix(line, "[") {
						t.Errorf("the JVM said %s", line)
					}
				}
			})
		}
	}
}
