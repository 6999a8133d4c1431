//go:build linux

package sandbox

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// withSpares has a manager keep environments that wait.
func withSpares(n int) func(*Config) { return func(c *Config) { c.MaxSpares = n } }

// waiting counts the environments that wait.
func waiting(m *Manager) (n int) {
	for _, s := range m.Status().Spares {
		n += s.Waiting
	}
	return n
}

// awaitSpares waits until so many environments wait.
func (b *bench) awaitSpares(n int) {
	b.t.Helper()
	await(b.t, fmt.Sprintf("%d environments wait", n), func() bool { return waiting(b.Manager) == n })
}

// spareFunctions are functions of runtimes that can wait: one to have a spare
// made, and what another one finds.
var spareFunctions = []struct{ runtime, handler, file, code string }{
	{"nodejs22.x", "index.handler", "index.js", `
		const fs = require('fs'), http = require('http');
		const get = (path) => new Promise((done) => http.get('http://' + process.env.AWS_LAMBDA_RUNTIME_API + path, (r) => done(r.statusCode)));
		const read = (name) => { try { return fs.readdirSync(name).join(); } catch (err) { return err.code; } };
		const mounts = () => fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter((line) => / \/run\/store/.test(line)).length;
		const gone = () => { // it goes while the function is loaded already, and lies bare at no moment
			for (const until = Date.now() + 2000; Date.now() < until && mounts();) {
				const seen = read('/run/store/code');
				if (!/^E/.test(seen)) return seen;
			}
			return mounts();
		};
		const went = gone();
		exports.handler = async () => ({
			mine: process.env.MINE, key: process.env.AWS_ACCESS_KEY_ID, name: process.env.AWS_LAMBDA_FUNCTION_NAME, cwd: process.cwd(),
			unknown: Object.keys(process.env).filter((name) => /practice/.test(process.env[name])).join(),
			argv: process.argv.slice(2).join(), task: read('/var/task'), opt: read('/opt'), store: read('/run/store'),
			mounts: went,
			start: /ASIA|MINE/.test(fs.readFileSync('/proc/self/environ', 'utf8')),
			adopt: await get('/cloudless/adoption'), code: await get('/cloudless/adoption/code'),
		});`},
	{"nodejs6.10", "index.handler", "index.js", `
		var fs = require('fs'), http = require('http');
		function read(name) { try { return fs.readdirSync(name).join(); } catch (err) { return err.code; } }
		function mounts() { return fs.readFileSync('/proc/self/mountinfo', 'utf8').split('\n').filter(function (line) { return / \/run\/store/.test(line); }).length; }
		function gone() { for (var until = Date.now() + 2000; Date.now() < until && mounts();); return mounts(); }
		function get(path, done) { http.get('http://' + process.env.AWS_LAMBDA_RUNTIME_API + path, function (r) { done(r.statusCode); }); }
		exports.handler = function (event, context, callback) {
			context.callbackWaitsForEmptyEventLoop = false;
			get('/cloudless/adoption', function (adopt) { get('/cloudless/adoption/code', function (code) {
				callback(null, {
					mine: process.env.MINE, key: process.env.AWS_ACCESS_KEY_ID, name: process.env.AWS_LAMBDA_FUNCTION_NAME, cwd: process.cwd(),
					unknown: Object.keys(process.env).filter(function (name) { return /practice/.test(process.env[name]); }).join(),
					argv: process.argv.slice(2).join(), task: read('/var/task'), opt: read('/opt'), store: read('/run/store'),
					mounts: gone(),
					start: /ASIA|MINE/.test(fs.readFileSync('/proc/self/environ', 'utf8')),
					adopt: adopt, code: code,
				});
			}); });
		};`},
	{"python3.12", "index.handler", "index.py", `
import os, sys, time, urllib.request, urllib.error
def read(name):
    try:
        return ",".join(sorted(os.listdir(name)))
    except OSError as err:
        return {1: "EPERM", 2: "ENOENT", 13: "EACCES"}[err.errno]
def mounts():
    return sum(" /run/store" in line for line in open("/proc/self/mountinfo"))
def gone():
    until = time.time() + 2
    while time.time() < until and mounts():
        time.sleep(0.01)
    return mounts()
def get(path):
    try:
        return urllib.request.urlopen("http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + path).status
    except urllib.error.HTTPError as err:
        return err.code
def handler(event, context):
    start = open("/proc/self/environ").read()
    return {
        "mine": os.environ["MINE"], "key": os.environ["AWS_ACCESS_KEY_ID"], "name": os.environ["AWS_LAMBDA_FUNCTION_NAME"],
        "cwd": os.getcwd(), "unknown": ",".join(n for n in os.environ if "practice" in os.environ[n]), "argv": ",".join(sys.argv[1:]),
        "task": read("/var/task"), "opt": read("/opt"), "store": read("/run/store"),
        "mounts": gone(),
        "start": "ASIA" in start or "MINE" in start, "adopt": get("/cloudless/adoption"),
        "code": get("/cloudless/adoption/code"),
    }
`},
	{"ruby3.3", "index.handler", "index.rb", `
require "net/http"
def read(name)
  Dir.children(name).sort.join(",")
rescue SystemCallError => e
  e.class.name.split("::").last
end
def mounts
  File.readlines("/proc/self/mountinfo").count { |line| line.include?(" /run/store") }
end
def gone
  200.times { sleep(0.01) if mounts > 0 }
  mounts
end
def get(path)
  Net::HTTP.get_response(URI("http://" + ENV["AWS_LAMBDA_RUNTIME_API"] + path)).code.to_i
end
def handler(event:, context:)
  start = File.read("/proc/self/environ")
  {
    mine: ENV["MINE"], key: ENV["AWS_ACCESS_KEY_ID"], name: ENV["AWS_LAMBDA_FUNCTION_NAME"], cwd: Dir.pwd,
    unknown: ENV.select { |_, v| v.include?("practice") }.keys.join(","), argv: ARGV.join(","),
    task: read("/var/task"), opt: read("/opt"), store: read("/run/store"),
    mounts: gone,
    start: start.match?(/ASIA|MINE/),
    adopt: get("/cloudless/adoption"), code: get("/cloudless/adoption/code")
  }
end`},
}

// TestSpareBecomesOneFunctionsEnvironment holds what is promised of one: all of
// the function is there, and nothing else; nor can it become anyone else's.
func TestSpareBecomesOneFunctionsEnvironment(t *testing.T) {
	for _, tt := range spareFunctions {
		t.Run(tt.runtime, func(t *testing.T) {
			b := newIsolatedBench(t, withSpares(1))
			needRuntime(t, b, tt.runtime)
			first := function(tt.runtime, tt.handler, zipOf(tt.file, tt.code, "secret", "of the first"))
			first.ID, first.Environment = "first", map[string]string{"MINE": "1"}
			b.invoke(first, `{}`)
			b.awaitSpares(1)
			second := function(tt.runtime, tt.handler, zipOf(tt.file, tt.code))
			second.ID, second.Name, second.Environment = "second", "g", map[string]string{"MINE": "2", "NODE_ENV": "production"}
			second.Layers = []Code{layer(t, "a", nil, entry{"tool", 0o644, "x"})}
			r := b.invoke(second, `{}`)
			got := strings.NewReplacer(`": `, `":`, `, "`, `,"`).Replace(string(r.Payload))
			want := fmt.Sprintf(`{"mine":"2","key":"ASIAEXAMPLE","name":"g","cwd":"/var/task","unknown":"","argv":"","task":"%s","opt":"tool",`+
				`"store":"EACCES","mounts":0,"start":false,"adopt":403,"code":403}`, tt.file)
			want = strings.Replace(want, `"EACCES"`, `"`+storeAnswer(got)+`"`, 1)
			if got != want {
				t.Errorf("result = %q %s, want %s\n%s", r.FunctionError, got, want, r.LogTail)
			}
			if !strings.Contains(string(b.used(second).id), "sbx-") || !b.used(second).spare {
				t.Error("the second function did not get the environment that waited")
			}
			if text := b.text(); strings.Count(text, "INIT_START") != 2 {
				t.Errorf("log = %s", text)
			}
		})
	}
}

// storeAnswer returns how the directory that hid the store looks: it is empty to
// those who may look into it, and closed to the others.
func storeAnswer(got string) string {
	if strings.Contains(got, `"store":"EACCES"`) {
		return "EACCES"
	}
	return ""
}

// used returns the environment of a function.
func (b *bench) used(fn Function) *environment {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, p := range b.pools {
		if key.id == fn.ID && len(p.all) > 0 {
			return p.all[0]
		}
	}
	b.t.Fatal("the function has no environment")
	return nil
}

// TestPracticeReachesNobody has what a spare says before it is anybody's stay where it
// is, and what it says after that arrive.
func TestPracticeReachesNobody(t *testing.T) {
	for identifier, files := range map[string][]string{
		"nodejs22.x": coldFunctions[0].files,
		"python3.12": coldFunctions[1].files,
	} {
		t.Run(identifier, func(t *testing.T) {
			b := newIsolatedBench(t, withSpares(1))
			needRuntime(t, b, identifier)
			fn := function(identifier, "index.handler", zipOf(files...))
			for i := range 2 {
				fn.ID = fmt.Sprint(i)
				if r := b.invoke(fn, `{}`); string(r.Payload) != `"done"` {
					t.Fatalf("result = %q %s\n%s", r.FunctionError, r.Payload, r.LogTail)
				}
				b.awaitSpares(1)
				if n := len(b.front.all()); n != i+1 {
					t.Errorf("after %d calls of the function's the front has heard %d: %v", i+1, n, b.front.all())
				}
			}
			if !b.used(fn).spare {
				t.Error("the second function did not get the environment that waited")
			}
		})
	}
}

// What a process practised with is not its function's: its context tells who it is.
func TestSparesLearnWhoTheyAre(t *testing.T) {
	for runtime, code := range map[string][]string{
		"nodejs22.x": {"index.js", `exports.handler = async (event, c) => [c.functionName, c.functionVersion, c.memoryLimitInMB, c.logGroupName, c.invokedFunctionArn].join(' ');`},
		"python3.12": {"index.py", "def handler(event, c):\n    return ' '.join([c.function_name, c.function_version, str(c.memory_limit_in_mb), c.log_group_name, c.invoked_function_arn])\n"},
	} {
		t.Run(runtime, func(t *testing.T) {
			b := newIsolatedBench(t, withSpares(1))
			needRuntime(t, b, runtime)
			fn := function(runtime, "index.handler", zipOf(code...))
			fn.LogGroup = "/aws/lambda/f"
			for _, name := range []string{"first", "second"} {
				fn.ID, fn.Name = name, name
				want := fmt.Sprintf("%q", name+" $LATEST 256 /aws/lambda/f "+event(`{}`).InvokedFunctionARN)
				if r := b.invoke(fn, `{}`); string(r.Payload) != want {
					t.Errorf("result = %s, want %s\n%s", r.Payload, want, r.LogTail)
				}
				b.awaitSpares(1)
			}
			if !b.used(fn).spare {
				t.Error("the second function did not get the environment that waited")
			}
		})
	}
}

func TestSparesFindTheSDKLoaded(t *testing.T) {
	b := newIsolatedBench(t, withSpares(1))
	needRuntime(t, b, "nodejs22.x")
	// ECMAScript modules find the same ones: what they import is in the cache.
	code := `
		const before = Object.keys(require.cache).length;
		%s
		exports.handler = async () => Object.keys(require.cache).length - before;`
	for _, sdk := range []string{
		`/* which makes the first one wait */`,
		`const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');`,
		`const { DynamoDBDocumentClient } = require('@aws-sdk/lib-dynamodb');`,
	} {
		fn := node("nodejs22.x", "index.js", fmt.Sprintf(code, sdk))
		fn.ID = sdk
		if r := b.invoke(fn, `{}`); b.used(fn).spare && string(r.Payload) != `0` {
			t.Errorf("%s loaded %s more files\n%s", sdk, r.Payload, r.LogTail)
		}
		b.awaitSpares(1)
	}
}

func TestFunctionsWhoseProcessStartsOtherwiseGetAVacantSpare(t *testing.T) {
	for name, want := range map[string]bool{
		"MINE": true, "NODE_ENV": true, "NODE_OPTIONS": false, "NODE_PATH": false, "LD_PRELOAD": false, "TZ": false,
		"PYTHONPATH": false, "AWS_LAMBDA_EXEC_WRAPPER": false, "UV_THREADPOOL_SIZE": false,
	} {
		fn := behaviour("echo")
		fn.Environment = map[string]string{name: "x"}
		if got := !kindOf(&fn).vacant; got != want {
			t.Errorf("with %s, a process that runs will do = %v, want %v", name, got, want)
		}
	}
}

func TestSparesEndWhenNothingIsInvoked(t *testing.T) {
	b := newIsolatedBench(t, withSpares(1), func(c *Config) { c.IdleTime = 50 * time.Millisecond })
	needRuntime(t, b, "nodejs22.x")
	b.invoke(node("nodejs22.x", "index.js", `exports.handler = async () => 1;`), `{}`)
	await(t, "nothing is left", func() bool {
		s := b.Status()
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(s.Spares) == 0 && len(s.Environments) == 0 && len(b.spares.kinds) == 0
	})
}

func TestSparesAreBounded(t *testing.T) {
	b := newIsolatedBench(t, withSpares(1))
	needRuntime(t, b, "nodejs22.x")
	fn := node("nodejs22.x", "index.js", `exports.handler = async () => 1;`)
	b.invoke(fn, `{}`)
	b.awaitSpares(1)
	fn.ID, fn.MemoryMB = "larger", 512
	b.invoke(fn, `{}`)
	await(t, "the newer kind has taken the place", func() bool {
		s := b.Status().Spares
		return len(s) == 1 && s[0].MemoryMB == 512 && s[0].Waiting == 1
	})
}

func TestSpareThatDiesIsReplaced(t *testing.T) {
	b := newIsolatedBench(t, withSpares(1))
	needRuntime(t, b, "nodejs22.x")
	fn := node("nodejs22.x", "index.js", `exports.handler = async () => 1;`)
	b.invoke(fn, `{}`)
	b.awaitSpares(1)
	b.mu.Lock()
	spare := b.spares.kinds[kindOf(&fn)].waiting[0]
	b.mu.Unlock()
	spare.box.Kill()
	fn.ID = "second"
	if r := b.invoke(fn, `{}`); string(r.Payload) != `1` {
		t.Errorf("result = %s", r.Payload)
	}
	b.awaitSpares(1)
}

// TestPythonFunctionFindsItsOwnModules brings modules under the names of some that
// a process that waits has loaded.
func TestPythonFunctionFindsItsOwnModules(t *testing.T) {
	b := newIsolatedBench(t, withSpares(1))
	needRuntime(t, b, "python3.12")
	first := function("python3.12", "index.handler", zipOf("index.py", "def handler(e, c): pass"))
	b.invoke(first, `{}`)
	b.awaitSpares(1)
	second := function("python3.12", "index.handler", zipOf(
		"index.py", "import boto3, uuid, jmespath, hmac\ndef handler(e, c): return [boto3.name, uuid.name, jmespath.name, hmac.compare_digest('a', 'a')]",
		"boto3/__init__.py", "name = 'my boto3'", "uuid.py", "name = 'my uuid'"))
	second.ID = "second"
	second.Layers = []Code{layer(t, "a", nil, entry{"python/jmespath.py", 0o644, "name = 'my jmespath'"})}
	if r := b.invoke(second, `{}`); string(r.Payload) != `["my boto3", "my uuid", "my jmespath", true]` || !b.used(second).spare {
		t.Errorf("result = %s\n%s", r.Payload, r.LogTail)
	}
}
