//go:build linux

package sandbox

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The tests in this file run real versions of Node, from packs that need the npm
// registry once.

// nodeVersions are the runtimes that the tests run: the article's own, whose
// errors and log lines are of the first era, and two of our days.
var nodeVersions = []string{"nodejs6.10", "nodejs20.x", "nodejs22.x"}

func one(want string) map[string]string { return map[string]string{"": want} }

func TestNodeHandlersAnswer(t *testing.T) {
	for _, tt := range []struct {
		name  string
		since string // the first runtime that can do this
		code  string
		event string
		want  map[string]string // by runtime, "" for all others
	}{
		{"by callback", "", `exports.handler = function (e, c, cb) { cb(null, { got: e.a }); };`, `{"a":7}`, one(`{"got":7}`)},
		{"by a callback that comes later", "", `exports.handler = function (e, c, cb) { setTimeout(cb, 20, null, 'late'); };`, `{}`, one(`"late"`)},
		{"with nothing", "", `exports.handler = function (e, c, cb) { cb(); };`, `{}`, one(`null`)},
		{"without a word", "", `exports.handler = function () {};`, `{}`, one(`null`)},
		{"by context.succeed", "", `exports.handler = function (e, c) { c.succeed([1, 2]); };`, `{}`, one(`[1,2]`)},
		{"by context.done", "", `exports.handler = function (e, c) { c.done(null, 'done'); };`, `{}`, one(`"done"`)},
		{"once, whatever comes later", "", `exports.handler = function (e, c, cb) { cb(null, 1); cb(null, 2); c.fail('x'); };`, `{}`, one(`1`)},
		{"when the event loop is empty", "", `
			var order = [];
			exports.handler = function (e, c, cb) {
				setTimeout(function () { order.push('timer'); }, 30);
				cb(null, order); order.push('callback');
			};`, `{}`, map[string]string{"": `["callback","timer"]`, "nodejs6.10": `[]`}},
		{"in the turn in which it ends its process", "", `exports.handler = function (e, c) { c.succeed('said'); process.exit(3); };`, `{}`, one(`"said"`)},
		{"before a promise fails that nobody waits for", "nodejs20.x",
			`exports.handler = async () => { Promise.reject(new Error('lost')); return 'said'; };`, `{}`, one(`"said"`)},
		{"from a file that has its very name", "nodejs20.x", `exports.handler = async () => 'found';`, `{}`, one(`"found"`)},
		{"without waiting, if asked to", "", `
			exports.handler = function (e, c, cb) {
				c.callbackWaitsForEmptyEventLoop = false;
				setTimeout(function () {}, 60000);
				cb(null, c.callbackWaitsForEmptyEventLoop);
			};`, `{}`, one(`false`)},
		{"with letters of any kind", "", `exports.handler = function (e, c, cb) { cb(null, e); };`, `{"ü":"日本 😀"}`, one(`{"ü":"日本 😀"}`)},
		{"by a promise", "nodejs20.x", `exports.handler = async function (e) { return e.a + 1; };`, `{"a":1}`, one(`2`)},
		{"by a promise, not waiting for the loop", "nodejs20.x", `exports.handler = async () => { setTimeout(() => {}, 60000); return 'now'; };`, `{}`, one(`"now"`)},
		{"from a path in the package", "", `exports.a = { b: function (e, c, cb) { cb(null, process.cwd() + ' ' + __dirname); } };`, `{}`, one(`"/var/task /var/task/lib"`)},
	} {
		for _, version := range nodeVersions {
			if version < tt.since && version != "nodejs6.10" || version == "nodejs6.10" && tt.since != "" {
				continue
			}
			t.Run(version+" "+tt.name, func(t *testing.T) {
				t.Parallel()
				b := newIsolatedBench(t)
				needRuntime(t, b, version)
				fn := node(version, "index.js", tt.code)
				if strings.Contains(tt.code, "exports.a =") {
					fn = function(version, "lib/deep.a.b", zipOf("lib/deep.js", tt.code))
				}
				if tt.name == "from a file that has its very name" {
					fn = node(version, "index", tt.code, "index.js", "nothing here")
				}
				r := b.invoke(fn, tt.event)
				want, own := tt.want[version]
				if !own {
					want = tt.want[""]
				}
				if string(r.Payload) != want || r.FunctionError != "" {
					t.Errorf("result = %q %s, want %s\n%s", r.FunctionError, r.Payload, want, r.LogTail)
				}
			})
		}
	}
}

func TestNodeLoadsModules(t *testing.T) {
	for _, tt := range []struct {
		name  string
		files []string
	}{
		{"of its own ending", []string{"index.mjs", `export const handler = async () => 'esm';`}},
		{"by the package's type", []string{"index.js", `export const handler = async () => 'esm';`, "package.json", `{"type":"module"}`}},
		{"that await at the top", []string{"index.mjs", `const v = await Promise.resolve('esm'); export const handler = async () => v;`}},
		{"that import the SDK", []string{"index.mjs", `
			import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
			export const handler = async () => typeof DynamoDBClient === 'function' ? 'esm' : 'none';`}},
		{"of the older kind, by ending", []string{"index.cjs", `exports.handler = async () => 'esm';`, "package.json", `{"type":"module"}`}},
	} {
		for _, version := range []string{"nodejs20.x", "nodejs22.x"} {
			t.Run(version+" "+tt.name, func(t *testing.T) {
				t.Parallel()
				b := newIsolatedBench(t)
				needRuntime(t, b, version)
				if r := b.invoke(node(version, tt.files...), `{}`); string(r.Payload) != `"esm"` {
					t.Errorf("result = %q %s\n%s", r.FunctionError, r.Payload, r.LogTail)
				}
			})
		}
	}
}

// TestNodeFailures pins what callers get. The words of the platform's own errors
// are AWS's, recorded; a stack's lines are not compared, its place is.
func TestNodeFailures(t *testing.T) {
	for _, tt := range []struct {
		name    string
		code    string
		handler string
		want    map[string]string // by runtime: a regular expression for the payload
		log     string            // a regular expression for the log's tail, or empty
	}{
		{
			name: "error to the callback",
			code: `exports.handler = function (e, c, cb) { cb(new TypeError('broken')); };`,
			want: map[string]string{
				"nodejs6.10": `^{"errorMessage":"broken","errorType":"TypeError","stackTrace":\["exports.handler \(/var/task/index.js:1:[^]]*\]}$`,
				"nodejs22.x": `^{"errorType":"TypeError","errorMessage":"broken","trace":\["TypeError: broken","    at [^"]*handler \(/var/task/index.js:1:.*\]}$`,
			},
			log: `(?m)^\S+Z\t8f507cfc\S+\t(ERROR\tInvoke Error \t)?{"error`,
		},
		{
			name: "word to the callback",
			code: `exports.handler = function (e, c, cb) { cb('just so'); };`,
			want: map[string]string{
				"nodejs6.10": `^{"errorMessage":"just so"}$`,
				"nodejs22.x": `^{"errorType":"string","errorMessage":"just so","trace":\[\]}$`,
			},
		},
		{
			name: "error thrown",
			code: `exports.handler = function () { missing(); };`,
			want: map[string]string{
				"nodejs6.10": `^{"errorMessage":"missing is not defined","errorType":"ReferenceError","stackTrace":\["exports.handler.*\]}$`,
				"nodejs22.x": `^{"errorType":"ReferenceError","errorMessage":"missing is not defined","trace":\["ReferenceError: missing is not defined",.*\]}$`,
			},
		},
		{
			name: "context.fail",
			code: `exports.handler = function (e, c) { c.fail(new Error('failed')); };`,
			want: map[string]string{
				"nodejs6.10": `^{"errorMessage":"failed","errorType":"Error","stackTrace":`,
				"nodejs22.x": `^{"errorType":"Error","errorMessage":"failed","trace":`,
			},
		},
		{
			name: "promise rejected",
			code: `exports.handler = function () { return Promise.reject(new Error('no')); };`,
			want: map[string]string{"nodejs22.x": `^{"errorType":"Error","errorMessage":"no","trace":\["Error: no",`},
		},
		{
			name: "answer that is no JSON",
			code: `exports.handler = function (e, c, cb) { var a = {}; a.a = a; cb(null, a); };`,
			want: map[string]string{
				"nodejs6.10": `^{"errorMessage":"Unable to stringify body as json: Converting circular structure to JSON","errorType":"Error"`,
				"nodejs22.x": `^{"errorType":"Error","errorMessage":"Unable to stringify response body","trace":`,
			},
		},
		{
			name: "error outside of the handler",
			code: `exports.handler = function () { setTimeout(function () { throw new Error('later'); }, 5); };`,
			want: map[string]string{
				"nodejs6.10": `^{"errorMessage":"RequestId: ` + requestID + ` Process exited before completing request"}$`,
				"nodejs22.x": `^{"errorType":"Error","errorMessage":"later","trace":\["Error: later",`,
			},
			log: `later`,
		},
		{
			name: "promise that nobody waits for",
			code: `exports.handler = function () { Promise.reject(new Error('lost')); return new Promise(function () {}); };`,
			want: map[string]string{
				"nodejs22.x": `^{"errorType":"Runtime.UnhandledPromiseRejection","errorMessage":"Error: lost","trace":\["Runtime.UnhandledPromiseRejection: Error: lost",`,
			},
			log: `\tERROR\tUnhandled Promise Rejection \t{"errorType":"Runtime.UnhandledPromiseRejection","errorMessage":"Error: lost","reason":{"errorType":"Error","errorMessage":"lost","stack":\["Error: lost",.*"promise":{},"stack":\["Runtime.UnhandledPromiseRejection: Error: lost",`,
		},
		{
			name: "error with what it has of its own",
			code: `exports.handler = function (e, c, cb) { setInterval(function () {}, 1000); var err = new Error('no', { cause: 1 }); err.code = 'E1'; err.inner = new TypeError('deep'); cb(err); };`,
			want: map[string]string{"nodejs22.x": `^{"errorType":"Error","errorMessage":"no","trace":\["Error: no",`},
			log:  `\tERROR\tInvoke Error \t{"errorType":"Error","errorMessage":"no","code":"E1","inner":{"errorType":"TypeError","errorMessage":"deep","stack":\["TypeError: deep",.*\]},"stack":\["Error: no",`,
		},
		{
			name: "error by its looks",
			code: `exports.handler = function (e, c, cb) { cb({ name: 'Mine', message: 'no', stack: 'Mine: no\n  here' }); };`,
			want: map[string]string{"nodejs22.x": `^{"errorType":"Mine","errorMessage":"no","trace":\["Mine: no","  here"\]}$`},
		},
		{
			name: "thing without a text",
			code: `exports.handler = function (e, c, cb) { cb(Object.create(null)); };`,
			want: map[string]string{"nodejs22.x": `^{"errorType":"TypeError","errorMessage":"Cannot convert object to primitive value","trace":`},
		},
		{
			name: "error without a stack",
			code: `exports.handler = async function () { var err = new Error('no'); err.stack = undefined; throw err; };`,
			want: map[string]string{"nodejs22.x": `^{"errorType":"handled","errorMessage":"callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack"}$`},
		},
		{
			name: "letter that headers do not take",
			code: `exports.handler = async function () { throw new Error('a\x7fb'); };`,
			want: map[string]string{"nodejs22.x": `^{"errorType":"Error","errorMessage":"a%7Fb","trace":\["Error: a%7Fb",`},
		},
		{
			name: "promise rejected with nothing",
			code: `exports.handler = function () { return Promise.reject(); };`,
			want: map[string]string{"nodejs22.x": `^{"errorType":"string","errorMessage":"handled","trace":\[\]}$`},
			log:  `\tERROR\tInvoke Error \t{"errorType":"Error","errorMessage":"handled","stack":\["Error: handled",`,
		},
		{
			name: "large number",
			code: `exports.handler = function () { return Promise.resolve(BigInt(7)); };`,
			want: map[string]string{"nodejs22.x": `^{"errorType":"Error","errorMessage":"Unable to stringify response body","trace":`},
		},
		{
			name: "exit with a status",
			code: `exports.handler = function () { process.exit(7); };`,
			want: map[string]string{
				"nodejs6.10": `^{"errorMessage":"RequestId: ` + requestID + ` Process exited before completing request"}$`,
				"nodejs22.x": `^{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ` + requestID + ` Error: Runtime exited with error: exit status 7"}$`,
			},
			log: `RequestId: ` + requestID + ` (Process exited|Error: Runtime exited with error: exit status 7\nRuntime.ExitError)`,
		},
		{
			name: "exit without a reason",
			code: `exports.handler = function () { process.exit(0); };`,
			want: map[string]string{
				"nodejs22.x": `^{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ` + requestID + ` Error: Runtime exited without providing a reason"}$`,
			},
		},
		{
			name: "signal",
			code: `exports.handler = function () { process.kill(process.pid, 'SIGSEGV'); while (true); };`,
			want: map[string]string{
				"nodejs22.x": `^{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ` + requestID + ` Error: Runtime exited with error: signal: segmentation fault"}$`,
			},
		},
		{
			name: "too slow",
			code: `exports.handler = function () { while (true); };`,
			want: map[string]string{
				"nodejs6.10": `^{"errorMessage":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ` + requestID + ` Task timed out after 1.00 seconds"}$`,
				"nodejs22.x": `^{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: ` + requestID + ` Error: Task timed out after 1.00 seconds"}$`,
			},
			log: `(?m)^\S+Z ` + requestID + ` Task timed out after 1.00 seconds$`,
		},
		{
			name: "module that is not there",
			code: `require('not-there'); exports.handler = function () {};`,
			want: map[string]string{
				"nodejs6.10": `^{"errorMessage":"Cannot find module 'not-there'","errorType":"Error","stackTrace":\["`,
				"nodejs22.x": `^{"errorType":"Runtime.ImportModuleError","errorMessage":"Error: Cannot find module 'not-there'\\nRequire stack:\\n- /var/task/index.js\\n- /var/runtime/index.mjs",`,
			},
		},
		{
			name:    "package without the module",
			code:    `exports.handler = function () {};`,
			handler: "absent.handler",
			want: map[string]string{
				"nodejs6.10": `^{"errorMessage":"Cannot find module '/var/task/absent'","errorType":"Error","stackTrace":\["`,
				"nodejs22.x": `^{"errorType":"Runtime.ImportModuleError","errorMessage":"Error: Cannot find module 'absent'\\nRequire stack:\\n- /var/runtime/index.mjs",`,
			},
		},
		{
			name:    "module without the handler",
			code:    `exports.handler = function () {};`,
			handler: "index.absent",
			want: map[string]string{
				"nodejs6.10": `^{"errorMessage":"Handler 'absent' missing on module 'index'"}$`,
				"nodejs22.x": `^{"errorType":"Runtime.HandlerNotFound","errorMessage":"index.absent is undefined or not exported","trace":\["Runtime.HandlerNotFound: index.absent is undefined or not exported",`,
			},
		},
		{
			name:    "handler that is no function",
			code:    `exports.number = 7;`,
			handler: "index.number",
			want:    map[string]string{"nodejs22.x": `^{"errorType":"Runtime.HandlerNotFound","errorMessage":"index.number is not a function",`},
		},
		{
			name:    "handler outside of the package",
			code:    `exports.handler = function () {};`,
			handler: "../index.handler",
			want:    map[string]string{"nodejs22.x": `^{"errorType":"Runtime.MalformedHandlerName","errorMessage":"'../index.handler' is not a valid handler name. Use absolute paths when specifying root directories in handler names.",`},
		},
		{
			name:    "handler that names nothing",
			code:    `exports.handler = function () {};`,
			handler: "index",
			want: map[string]string{
				"nodejs6.10": `^{"errorMessage":"Bad handler index"}$`,
				"nodejs22.x": `^{"errorType":"Runtime.MalformedHandlerName","errorMessage":"Bad handler","trace":`,
			},
		},
		{
			name: "module that does not parse",
			code: `exports.handler = function ( {`,
			want: map[string]string{
				"nodejs6.10": `^{"errorMessage":"Unexpected (end of input|token ;)","errorType":"SyntaxError","stackTrace":`,
				"nodejs22.x": `^{"errorType":"Runtime.UserCodeSyntaxError","errorMessage":"SyntaxError: Unexpected end of input","trace":\["Runtime.UserCodeSyntaxError: SyntaxError: Unexpected end of input"`,
			},
		},
		{
			name: "promise that fails while the module loads",
			code: `Promise.reject(new Error('lost')); exports.handler = async function () {};`,
			want: map[string]string{"nodejs22.x": `^{"errorType":"Runtime.UnhandledPromiseRejection","errorMessage":"Error: lost","trace":`},
			log:  `\tPhase: invoke\tStatus: error\tError Type: Runtime.UnhandledPromiseRejection\n`,
		},
		{
			name: "module that waits for nothing",
			code: `await new Promise(() => {}); export const handler = async () => 1;`,
			want: map[string]string{"nodejs22.x": `Error: Runtime exited with error: exit status 13"}$`},
			log:  `Detected unsettled top-level await`,
		},
		{
			name: "module that throws",
			code: `throw new Error('at load');`,
			want: map[string]string{
				"nodejs6.10": `^{"errorMessage":"at load","errorType":"Error","stackTrace":`,
				"nodejs22.x": `^{"errorType":"Error","errorMessage":"at load","trace":\["Error: at load"`,
			},
		},
	} {
		for version, want := range tt.want {
			t.Run(version+" "+tt.name, func(t *testing.T) {
				t.Parallel()
				b := newIsolatedBench(t)
				needRuntime(t, b, version)
				fn := node(version, "index.js", tt.code)
				if strings.Contains(tt.code, "export const") {
					fn = node(version, "index.mjs", tt.code)
				}
				fn.Timeout = time.Second
				if tt.handler != "" {
					fn.Handler = tt.handler
				}
				r := b.invoke(fn, `{}`)
				if r.FunctionError != "Unhandled" || !regexp.MustCompile(want).Match(r.Payload) {
					t.Errorf("result = %q %s, want %s", r.FunctionError, r.Payload, want)
				}
				if !regexp.MustCompile(tt.log).Match(r.LogTail) {
					t.Errorf("log = %s, want %s", r.LogTail, tt.log)
				}
			})
		}
	}
}

func TestNodeContext(t *testing.T) {
	const handler = `
		exports.handler = function (event, c, callback) {
			c.callbackWaitsForEmptyEventLoop = false;
			var left = c.getRemainingTimeInMillis();
			callback(null, [c.functionName, c.functionVersion, c.invokedFunctionArn, c.memoryLimitInMB, c.awsRequestId,
				c.logGroupName, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/.test(c.logStreamName),
				left > 9000 && left <= 10000, c.clientContext.custom, c.identity.cognitoIdentityId, process.env._X_AMZN_TRACE_ID]);
		};`
	for _, version := range nodeVersions {
		t.Run(version, func(t *testing.T) {
			b := newIsolatedBench(t)
			needRuntime(t, b, version)
			inv := event(`{}`)
			inv.ClientContext, inv.CognitoIdentity, inv.TraceID = `{"custom":"ü"}`, `{"cognitoIdentityId":"id"}`, "Root=1-2-3"
			r, err := b.Invoke(t.Context(), node(version, "index.js", handler), inv)
			if err != nil {
				t.Fatal(err)
			}
			want := `["f","$LATEST","arn:aws:lambda:us-east-1:000000000000:function:f","256","` + requestID +
				`","/aws/lambda/f",true,true,"ü","id","Root=1-2-3"]`
			if string(r.Payload) != want {
				t.Errorf("context = %s, want %s", r.Payload, want)
			}
		})
	}
}

func TestNodeLog(t *testing.T) {
	const handler = `
		console.log('loading');
		exports.handler = function (event, context, callback) {
			console.log('a %s', 'b', { c: 1 });
			console.error('two\nlines');
			process.stdout.write('bare\n');
			callback(null);
		};`
	const time = `\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`
	for version, want := range map[string]string{
		"nodejs6.10": `^INIT_START Runtime Version: nodejs 6.10.3\tRuntime: nodejs6.10\n` +
			time + `\tundefined\tloading\n` +
			`START RequestId: ` + requestID + ` Version: \$LATEST\n` +
			time + `\t` + requestID + `\ta b { c: 1 }\n` + time + `\t` + requestID + `\ttwo\nlines\n` +
			`bare\n` +
			`END RequestId: ` + requestID + `\n` +
			`REPORT RequestId: ` + requestID + `\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB\tMax Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms\t\n$`,
		"nodejs22.x": `\tundefined\tINFO\tloading\nSTART .*\n` +
			time + `\t` + requestID + `\tINFO\ta b { c: 1 }\n` + time + `\t` + requestID + `\tERROR\ttwo\nlines\nbare\nEND`,
	} {
		t.Run(version, func(t *testing.T) {
			b := newIsolatedBench(t)
			needRuntime(t, b, version)
			r := b.invoke(node(version, "index.js", handler), `{}`)
			text := b.text()
			// What is printed plainly and what comes in frames are two pipes: their
			// order among each other is not kept.
			plain := strings.Replace(text, "bare\n", "", 1)
			if strings.Count(text, "bare\n") != 1 || !regexp.MustCompile(strings.Replace(want, `bare\n`, "", 1)).MatchString(plain) {
				t.Errorf("log = %s, want %s", text, want)
			}
			if tail := string(r.LogTail); !strings.HasPrefix(tail, "START RequestId: ") || !strings.Contains(tail, "REPORT RequestId: ") {
				t.Errorf("tail = %s", tail)
			}
			if len(b.logs.streams) != 1 || !b.logs.streams["/aws/lambda/f "+r.LogStream] {
				t.Errorf("streams = %v, want one, %s", b.logs.streams, r.LogStream)
			}
		})
	}
}

// eachDriver runs a test isolated and not.
func eachDriver(t *testing.T, run func(*testing.T, *bench)) {
	t.Run("in namespaces", func(t *testing.T) { run(t, newIsolatedBench(t)) })
	t.Run("as a process", func(t *testing.T) { run(t, newBench(t, withProcesses(t))) })
}

func TestOldSDKReachesTheFrontUnderAWSsOwnName(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bench) {
		needRuntime(t, b, "nodejs6.10")
		r := b.invoke(node("nodejs6.10", "index.js", `
			var doc = require('dynamodb-doc');
			var dynamo = new doc.DynamoDB();
			exports.handler = function (event, context, callback) {
				dynamo.putItem({ TableName: 'users', Item: event }, callback);
			};`), `{"name":"me"}`)
		if string(r.Payload) != `{}` || r.FunctionError != "" {
			t.Fatalf("result = %q %s\n%s", r.FunctionError, r.Payload, r.LogTail)
		}
		want := `https dynamodb.us-east-1.amazonaws.com DynamoDB_20120810.PutItem {"TableName":"users","Item":{"name":{"S":"me"}}}`
		if got := strings.Join(b.front.requests, "\n"); got != want {
			t.Errorf("the front was asked %s, want %s", got, want)
		}
		if auth := b.front.headers[0].Get("Authorization"); !strings.Contains(auth, "ASIAEXAMPLE/") || b.front.headers[0].Get("X-Amz-Security-Token") != "token" {
			t.Errorf("the request was signed by %q, want the role's keys", auth)
		}
	})
}

func TestNewSDKReachesTheFront(t *testing.T) {
	for _, tt := range []struct{ name, option, want string }{
		{"by the endpoint it is told", ``, `^http 127\.0\.0\.1:\d+ DynamoDB_20120810\.ListTables {}$`},
		{"under AWS's own name", `, endpoint: 'https://dynamodb.us-east-1.amazonaws.com'`, `^https dynamodb\.us-east-1\.amazonaws\.com DynamoDB_20120810\.ListTables {}$`},
		{"under AWS's own name without TLS", `, endpoint: 'http://dynamodb.us-east-1.amazonaws.com'`, `^http dynamodb\.us-east-1\.amazonaws\.com DynamoDB_20120810\.ListTables {}$`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			eachDriver(t, func(t *testing.T, b *bench) {
				needRuntime(t, b, "nodejs22.x")
				r := b.invoke(node("nodejs22.x", "index.js", `
					const { DynamoDBClient, ListTablesCommand } = require('@aws-sdk/client-dynamodb');
					const client = new DynamoDBClient({ maxAttempts: 1`+tt.option+` });
					exports.handler = async () => (await client.send(new ListTablesCommand({}))).$metadata.httpStatusCode;`), `{}`)
				if string(r.Payload) != `200` {
					t.Fatalf("result = %q %s\n%s", r.FunctionError, r.Payload, r.LogTail)
				}
				if got := strings.Join(b.front.requests, "\n"); !regexp.MustCompile(tt.want).MatchString(got) {
					t.Errorf("the front was asked %s, want %s", got, tt.want)
				}
			})
		})
	}
}

func TestNodeWithoutIsolationDoesNotReachAWS(t *testing.T) {
	for _, identifier := range []string{"nodejs6.10", "nodejs22.x"} {
		for _, tt := range []struct{ name, code, want string }{
			{"by https", `require('https').get('https://S3.amazonaws.com/', function (r) { r.resume(); callback(null, r.statusCode); }).on('error', callback);`, `200`},
			{"by a port and a host", `require('net').connect(80, 'sqs.eu-west-1.api.aws', function () { this.end(); callback(null, this.remoteAddress); }).on('error', callback);`, `"127.0.0.1"`},
			{"by another port", `require('net').connect({ port: 1, host: 'sqs.amazonaws.com.cn' }).on('error', function (e) { callback(null, e.code); });`, `"ECONNREFUSED"`},
			{"and finds no trace of it", `callback(null, Object.keys(process.env).filter(function (n) { return /CLOUDLESS/.test(n); }));`, `[]`},
		} {
			t.Run(identifier+" "+tt.name, func(t *testing.T) {
				b := newBench(t, withProcesses(t))
				needRuntime(t, b, identifier)
				r := b.invoke(node(identifier, "index.js", `exports.handler = function (event, context, callback) {`+tt.code+`};`), `{}`)
				if string(r.Payload) != tt.want {
					t.Errorf("result = %q %s, want %s\n%s", r.FunctionError, r.Payload, tt.want, r.LogTail)
				}
			})
		}
	}
}

// TestVariablesAreThoseOfAWS compares with what AWS's runtimes were recorded to have.
// What we add leads to our endpoints.
func TestVariablesAreThoseOfAWS(t *testing.T) {
	b := newIsolatedBench(t)
	needRuntime(t, b, "nodejs22.x")
	fn := node("nodejs22.x", "index.js", `exports.handler = async () => process.env;`)
	fn.Environment = map[string]string{"TEST_KEY": "TEST_VAL"}
	in := event(`{}`)
	in.TraceID = "Root=1-2-3"
	r, err := b.Invoke(t.Context(), fn, in)
	var got map[string]string
	if err != nil || json.Unmarshal(r.Payload, &got) != nil {
		t.Fatalf("result = %v %q %s", err, r.FunctionError, r.Payload)
	}
	want := map[string]string{
		"AWS_ACCESS_KEY_ID": "ASIAEXAMPLE", "AWS_DEFAULT_REGION": "us-east-1", "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256", "AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand", "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f", "AWS_LAMBDA_LOG_STREAM_NAME": r.LogStream,
		"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001", "AWS_REGION": "us-east-1", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token",
		"AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR", "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000", "LAMBDA_RUNTIME_DIR": "/var/runtime",
		"LAMBDA_TASK_ROOT": "/var/task", "LANG": "en_US.UTF-8",
		"LD_LIBRARY_PATH": "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
		"NODE_PATH":       "/opt/nodejs/node22/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task",
		"PATH":            "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin", "PWD": "/var/task", "SHLVL": "0", "TEST_KEY": "TEST_VAL", "TZ": ":UTC",
		"_AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1", "_AWS_XRAY_DAEMON_PORT": "2000", "_HANDLER": "index.handler", "_X_AMZN_TRACE_ID": "Root=1-2-3",
		// Ours.
		"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "AWS_CA_BUNDLE": caTarget, "NODE_EXTRA_CA_CERTS": caTarget,
		"SSL_CERT_FILE": caTarget, "REQUESTS_CA_BUNDLE": caTarget,
	}
	for name := range got {
		if got[name] != want[name] {
			t.Errorf("%s = %q, want %q", name, got[name], want[name])
		}
	}
	for name := range want {
		if _, there := got[name]; !there {
			t.Errorf("%s is missing", name)
		}
	}
}

func TestNodeConsole(t *testing.T) {
	for code, want := range map[string]string{
		`console.log()`:                           "\tINFO\tundefined\n",
		`console.trace('way %d', 1)`:              "\tTRACE\tway 1\n",
		`console.log('empty line\n')`:             "\tINFO\tempty line\n\n",
		`console.fatal('end')`:                    "\tFATAL\tend\n",
		`console.log('%j %o', {a: 1}, [1])`:       "\tINFO\t{\"a\":1} [ 1, [length]: 1 ]\n",
		`console.error(new RangeError('far'), 2)`: "\tERROR\tRangeError: far\n    at ",
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			b := newIsolatedBench(t)
			needRuntime(t, b, "nodejs22.x")
			r := b.invoke(node("nodejs22.x", "index.js", `exports.handler = async () => { `+code+` };`), `{}`)
			if !strings.Contains(string(r.LogTail), "\t"+requestID+want) {
				t.Errorf("log = %s, want %q", r.LogTail, want)
			}
		})
	}
}

// TestNodeContextIsAsOnAWS pins what functions print that log their context.
func TestNodeContextIsAsOnAWS(t *testing.T) {
	b := newIsolatedBench(t)
	needRuntime(t, b, "nodejs22.x")
	r := b.invoke(node("nodejs22.x", "index.js", `exports.handler = async (e, c) => [Object.keys(c).join(), c.callbackWaitsForEmptyEventLoop];`), `{}`)
	want := `["callbackWaitsForEmptyEventLoop,succeed,fail,done,functionVersion,functionName,memoryLimitInMB,logGroupName,logStreamName,clientContext,identity,invokedFunctionArn,awsRequestId,tenantId,getRemainingTimeInMillis",true]`
	if string(r.Payload) != want {
		t.Errorf("context = %s, want %s", r.Payload, want)
	}
}
