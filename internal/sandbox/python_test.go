//go:build linux

package sandbox

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// python returns a function for the Python that this machine has, whichever it
// is, with boto3.
func python(t *testing.T, b *bench, handler, code string) Function {
	t.Helper()
	needRuntime(t, b, "python3.12")
	return function("python3.12", handler, zipOf("app.py", code))
}

func TestPythonAnswers(t *testing.T) {
	for _, tt := range []struct{ name, code, event, want string }{
		{"with what the handler returns", `def handler(event, context): return {"got": event["a"]}`, `{"a":7}`, `{"got": 7}`},
		{"with nothing", `def handler(event, context): pass`, `{}`, `null`},
		{"with letters of any kind", `def handler(event, context): return event`, `{"ü":"日本"}`, `{"ü": "日本"}`},
		{"with its context", `
def handler(event, c):
    left = c.get_remaining_time_in_millis()
    return [c.function_name, c.function_version, c.memory_limit_in_mb, c.aws_request_id, c.log_group_name, 9000 < left <= 10000]`,
			`{}`, `["f", "$LATEST", "256", "` + requestID + `", "/aws/lambda/f", true]`},
		{"with decimals, each digit of them", `
from decimal import Decimal
def handler(event, context): return {"price": Decimal("19.90"), "many": [Decimal(7), Decimal("1E+3")], "none": Decimal("NaN")}`,
			`{}`, `{"price": 19.90, "many": [7, 1E+3], "none": NaN}`},
		{"with bytes as text", `def handler(event, context): return {"a": "ü".encode()}`, `{}`, `{"a": "ü"}`},
		{"with bytes as they are", `def handler(event, context): return b"no \x00 JSON"`, `{}`, "no \x00 JSON"},
		{"by a method of an object", `
class Shop:
    def sell(self, event, context): return "sold"
handler = Shop().sell`, `{}`, `"sold"`},
		{"and shows its context", `def handler(event, c): return [type(c).__name__, repr(c.identity), c.client_context, c.tenant_id]`,
			`{}`, `["LambdaContext", "CognitoIdentity([cognito_identity_id=None,cognito_identity_pool_id=None])", null, null]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newIsolatedBench(t)
			r := b.invoke(python(t, b, "app.handler", tt.code), tt.event)
			if string(r.Payload) != tt.want || r.FunctionError != "" {
				t.Errorf("result = %q %s, want %s\n%s", r.FunctionError, r.Payload, tt.want, r.LogTail)
			}
		})
	}
}

// TestOldPythonsEscapeLetters holds what AWS writes of its runtimes: since 3.12 they
// answer with letters as they are.
func TestOldPythonsEscapeLetters(t *testing.T) {
	b := newIsolatedBench(t)
	needRuntime(t, b, "python3.11")
	r := b.invoke(function("python3.11", "app.handler", zipOf("app.py", `def handler(event, context): return "ü"`)), `{}`)
	if string(r.Payload) != `"\u00fc"` {
		t.Errorf("result = %q %s", r.FunctionError, r.Payload)
	}
}

func TestPythonClientContext(t *testing.T) {
	for _, tt := range []struct{ name, sent, want string }{
		{"with a client", `{"client":{"app_title":"shop"},"custom":{"a":1}}`, `["shop", {"a": 1}, null]`},
		{"without", `{"env":{"b":2}}`, `[null, null, {"b": 2}]`},
		{"with a trace, which is not shown there", `{"custom":7,"w3c":{"traceparent":"00-1","other":"x","baggage":1}}`, `[null, 7, null]`},
		{"that is no JSON", `{`, `"Unable to parse Client Context JSON: Expecting property name`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newIsolatedBench(t)
			inv := event(`{}`)
			inv.ClientContext = tt.sent
			r, err := b.Invoke(t.Context(), python(t, b, "app.handler", `
def handler(event, context):
    c = context.client_context
    return [c.client and c.client.app_title, c.custom, c.env]`), inv)
			if err != nil || !strings.Contains(string(r.Payload), tt.want) {
				t.Errorf("result = %v %q %s, want %s", err, r.FunctionError, r.Payload, tt.want)
			}
		})
	}
}

func TestPythonFailures(t *testing.T) {
	for _, tt := range []struct{ name, handler, code, want, log string }{
		{"exception", "app.handler", "def handler(event, context):\n    raise ValueError('no')",
			`^{"errorMessage": "no", "errorType": "ValueError", "requestId": "` + requestID + `", "stackTrace": \["  File \\"/var/task/app.py\\", line 2, in handler\\n    raise ValueError\('no'\)\\n"\]}$`,
			`\[ERROR\] ValueError: no\nTraceback \(most recent call last\):\n`},
		{"exception while it loads", "app.handler", "raise Exception('Runtime startup fails')",
			`^{"errorMessage": "Runtime startup fails", "errorType": "Exception", "requestId": "", "stackTrace": \["  File .*importlib/__init__.py.*in <module>\\n    raise Exception\('Runtime startup fails'\)\\n"\]}$`,
			`\tPhase: invoke\tStatus: error\tError Type: Runtime.Unknown\nSTART (.|\n)*\tStatus: error\tError Type: Runtime.Unknown\n$`},
		{"missing module", "app.handler", "import absent",
			`^{"errorMessage": "Unable to import module 'app': No module named 'absent'", "errorType": "Runtime.ImportModuleError", "requestId": "", "stackTrace": \[\]}$`,
			`^\[ERROR\] Runtime.ImportModuleError: Unable to import module 'app': No module named 'absent'\nTraceback \(most recent call last\):\n`},
		{"missing handler", "app.absent", "",
			`^{"errorMessage": "Handler 'absent' missing on module 'app'", "errorType": "Runtime.HandlerNotFound", "requestId": "", "stackTrace": \[\]}$`, ``},
		{"handler that names nothing", "app", "",
			`^{"errorMessage": "Bad handler 'app': not enough values to unpack \(expected 2, got 1\)", "errorType": "Runtime.MalformedHandlerName"`, ``},
		{"module that does not parse", "app.handler", "def",
			`^{"errorMessage": "Syntax error in module 'app': invalid syntax \(app.py, line 1\)", "errorType": "Runtime.UserCodeSyntaxError", "requestId": "", "stackTrace": \["  File \\"/var/task/app.py\\" Line 1\\n    def(\\n)?"\]}$`, `^\[ERROR\] Runtime.UserCodeSyntaxError: Syntax error`},
		{"module of the language's own", "sys.handler", "",
			`^{"errorMessage": "Cannot use built-in module sys as a handler module", "errorType": "Runtime.BuiltInModuleConflict"`, ``},
		{"exception of an exception", "app.handler", "def handler(event, context):\n  try:\n    {}['a']\n  except KeyError as e:\n    raise RuntimeError('two  blanks') from e",
			`^{"errorMessage": "two  blanks", "errorType": "RuntimeError", "requestId": "` + requestID + `", "stackTrace": \["  File \\"/var/task/app.py\\", line 5, in handler\\n    raise RuntimeError\('two  blanks'\) from e\\n"\]}$`,
			"\\[ERROR\\] RuntimeError: two  blanks\nTraceback \\(most recent call last\\):\n\u00a0\u00a0File \"/var/task/app.py\", line 5, in handler\n\u00a0{4}raise RuntimeError\\('two  blanks'\\) from e\n"},
		{"part of a line that fails", "app.handler", "def handler(event, context):\n    return event['a'] + 1",
			`"stackTrace": \["  File \\"/var/task/app.py\\", line 2, in handler\\n    return event\['a'\] \+ 1\\n"\]}$`, ``},
		{"exception without a word", "app.handler", "def handler(event, context): raise ValueError", `^{"errorMessage": "", "errorType": "ValueError"`, `\n\[ERROR\] ValueError\nTraceback`},
		{"handler that is no function", "app.handler", "handler = 7", `^{"errorMessage": "'int' object is not callable", "errorType": "TypeError"`, ``},
		{"generator", "app.handler", "def handler(event, context): yield 1",
			`^{"errorMessage": "Unable to marshal response: Object of type generator is not JSON serializable", "errorType": "Runtime.MarshalError"`, ``},
		{"answer in circles", "app.handler", "def handler(event, context):\n  a = []\n  a.append(a)\n  return a",
			`^{"errorMessage": "Unable to marshal response: Circular reference detected", "errorType": "Runtime.MarshalError"`, ``},
		{"exit while it loads", "app.handler", "import sys\nsys.exit(3)",
			`^{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ` + requestID + ` Error: Runtime exited with error: exit status 3"}$`, ``},
		{"interrupt", "app.handler", "def handler(event, context): raise KeyboardInterrupt",
			`^{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ` + requestID + ` Error: Runtime exited with error: (exit status 1|signal: interrupt)"}$`, `KeyboardInterrupt`},
		{"answer that is no JSON", "app.handler", "def handler(event, context): return {1, 2}",
			`^{"errorMessage": "Unable to marshal response: Object of type set is not JSON serializable", "errorType": "Runtime.MarshalError"`, ``},
		{"exit", "app.handler", "import sys\ndef handler(event, context): sys.exit(0)",
			`^{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ` + requestID + ` Error: Runtime exited without providing a reason"}$`, ``},
		{"too slow", "app.handler", "import time\ndef handler(event, context): time.sleep(60)",
			`^{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: ` + requestID + ` Error: Task timed out after 1.00 seconds"}$`, `Status: timeout`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newIsolatedBench(t)
			fn := python(t, b, tt.handler, tt.code)
			fn.Timeout = time.Second
			b.wantFailure(fn, tt.want, tt.log)
		})
	}
}

func TestPythonLog(t *testing.T) {
	b := newIsolatedBench(t)
	r := b.invoke(python(t, b, "app.handler", `
import logging
logging.getLogger().setLevel(logging.INFO)
def handler(event, context):
    print("printed")
    logging.info("two\nlines")
`), `{}`)
	want := regexp.MustCompile(`(?m)^\[INFO\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t` + requestID + `\ttwo\nlines$`)
	if text := string(r.LogTail); !strings.Contains(text, "\nprinted\n") || !want.MatchString(text) {
		t.Errorf("log = %s", text)
	}
}

// TestPythonPrintsInOrder has a function print and log in turns, and say the end of its last
// line later.
func TestPythonPrintsInOrder(t *testing.T) {
	b := newIsolatedBench(t)
	r := b.invoke(python(t, b, "app.handler", `
import logging, os, sys, subprocess
logging.getLogger().setLevel(logging.INFO)
def handler(event, context):
    for n in range(3):
        print("printed", n)
        logging.info("logged %d", n)
        sys.stderr.write("complained %d\n" % n)
    context.log("said")
    print(subprocess.run(["echo", "of a child"], stdout=sys.stdout).returncode, sys.stdout.fileno(), sys.stdout.buffer.write(b"raw\n"))
    print([(s.name, s.mode, s.encoding, s.isatty(), s.writable(), s.readable()) for s in (sys.stdout, sys.stderr)])
    print("no end", end="")
`), `{}`)
	text := regexp.MustCompile(`(?m)^\[INFO\]\t.*\t|^of a child\n`).ReplaceAllString(string(r.LogTail), "")
	want := "printed 0\nlogged 0\ncomplained 0\nprinted 1\nlogged 1\ncomplained 1\nprinted 2\nlogged 2\ncomplained 2\nsaid\nraw\n0 1 4\n" +
		"[('<stdout>', 'w', 'utf-8', False, True, False), ('<stderr>', 'w', 'utf-8', False, True, False)]\nno end\nEND"
	if !strings.Contains(text, want) || !strings.Contains(string(r.LogTail), "\nof a child\n") {
		t.Errorf("log = %s, want %s", r.LogTail, want)
	}
}

// TestPythonsThreadsLoseNothing has many print at a time, and a child.
func TestPythonsThreadsLoseNothing(t *testing.T) {
	b := newIsolatedBench(t)
	r := b.invoke(python(t, b, "app.handler", `
import os, sys, threading
sys.setswitchinterval(1e-6)
def work(n):
    for i in range(500):
        sys.stdout.write("~" * 7)
        sys.stdout.write("\n")
def handler(event, context):
    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for t in threads: t.start()
    if os.fork() == 0:
        print("of a child")
        os._exit(0)
    os.wait()
    for t in threads: t.join()
`), `{}`)
	if r.FunctionError != "" {
		t.Fatalf("result = %s\n%s", r.Payload, r.LogTail)
	}
	text := b.text()
	if n := strings.Count(text, "~"); n != 21000 || !strings.Contains(text, "of a child\n") {
		t.Errorf("%d letters came, want 21000, and the line of a child", n)
	}
}

// TestPythonPrintsLinesOfAnyLength has a line that is cut where CloudWatch cuts, and no more
// lines than that makes.
func TestPythonPrintsLinesOfAnyLength(t *testing.T) {
	b := newIsolatedBench(t)
	b.invoke(python(t, b, "app.handler", `
def handler(event, context):
    print("x" * 600000)
    print()
    print("after")
`), `{}`)
	b.text()
	var lengths []int
	for _, e := range b.logs.events {
		if m := strings.TrimSuffix(e.Message, "\n"); m == strings.Repeat("x", len(m)) || m == "after" {
			lengths = append(lengths, len(m))
		}
	}
	sum := 0
	for _, n := range lengths {
		sum += n
	}
	if len(lengths) != 5 || sum != 600005 || lengths[3] != 0 || lengths[4] != 5 {
		t.Errorf("lines of %d bytes, want three of 600000 together, an empty one and one of 5", lengths)
	}
}

func TestPythonReachesTheFrontUnderAWSsOwnName(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bench) {
		code := `
import os, ssl, urllib.request

def handler(event, context):
    trust = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
    urllib.request.urlopen("http://sts.amazonaws.com/", b"a")
    return urllib.request.urlopen("https://sts.us-east-1.amazonaws.com/", b"b", context=trust).status`
		r := b.invoke(python(t, b, "app.handler", code), `{}`)
		if string(r.Payload) != `200` {
			t.Fatalf("result = %q %s\n%s", r.FunctionError, r.Payload, r.LogTail)
		}
		if got, want := strings.Join(b.front.requests, "\n"), "http sts.amazonaws.com  a\nhttps sts.us-east-1.amazonaws.com  b"; got != want {
			t.Errorf("the front was asked\n%s\nwant\n%s", got, want)
		}
	})
}

func TestPythonFindsBoto3(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bench) {
		r := b.invoke(python(t, b, "app.handler", `
import boto3

def handler(event, context):
    boto3.client("dynamodb").delete_item(TableName="t", Key={"k": {"S": event["k"]}})
    return boto3.__file__.split("/")[-3:-1]
`), `{"k":"1"}`)
		if got := string(r.Payload); got != `["site-packages", "boto3"]` {
			t.Fatalf("result = %q %s\n%s", r.FunctionError, got, r.LogTail)
		}
		if got := b.front.requests[0]; !strings.Contains(got, `DynamoDB_20120810.DeleteItem {"TableName": "t", "Key": {"k": {"S": "1"}}}`) {
			t.Errorf("the front was asked %s", got)
		}
	})
}

// TestLayersOfPythonComeBeforeBoto3 has a layer with a boto3 of its own.
func TestLayersOfPythonComeBeforeBoto3(t *testing.T) {
	b := newIsolatedBench(t)
	fn := python(t, b, "app.handler", `
import boto3

def handler(event, context): return boto3.of
`)
	fn.Layers = []Code{codeOf(zipOf("python/boto3.py", "of = 'the layer'"))}
	if r := b.invoke(fn, `{}`); string(r.Payload) != `"the layer"` {
		t.Errorf("result = %q %s", r.FunctionError, r.Payload)
	}
}
