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
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newIsolatedBench(t)
			r := b.invoke(python(t, b, "app.handler", tt.code), tt.event)
			if string(r.Payload) != tt.want || r.FunctionError != "" {
				t.Errorf("result = %q %s, want %s\n%s", r.FunctionError, r.Payload, tt.want, r.LogTail)
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
			`^{"errorMessage": "Runtime startup fails", "errorType": "Exception", "requestId": "", "stackTrace": \["  File .*importlib/__init__.py.*in <module>\\n    raise Exception\('Runtime startup fails'\)\\n"\]}$`, ``},
		{"missing module", "app.handler", "import absent",
			`^{"errorMessage": "Unable to import module 'app': No module named 'absent'", "errorType": "Runtime.ImportModuleError", "requestId": "", "stackTrace": \[\]}$`, ``},
		{"missing handler", "app.absent", "",
			`^{"errorMessage": "Handler 'absent' missing on module 'app'", "errorType": "Runtime.HandlerNotFound", "requestId": "", "stackTrace": \[\]}$`, ``},
		{"handler that names nothing", "app", "",
			`^{"errorMessage": "Bad handler 'app': not enough values to unpack \(expected 2, got 1\)", "errorType": "Runtime.MalformedHandlerName"`, ``},
		{"module that does not parse", "app.handler", "def",
			`^{"errorMessage": "Syntax error in module 'app': invalid syntax \(app.py, line 1\)", "errorType": "Runtime.UserCodeSyntaxError"`, ``},
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
