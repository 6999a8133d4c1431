package functions

import (
	"fmt"
	"regexp"
	"testing"
)

// TestNodeLoadsAsOnAWS has what Node does with modules, as an experiment, that AWS's
// runtimes do not, and packages whose file is not where the handler's name says.
func TestNodeLoadsAsOnAWS(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	const (
		imports  = "export const handler = async () => 'it is a module'"
		requires = "exports.handler = async () => require('./other.mjs').name"
		exports  = "export const name = 'other'"
		unread   = `"errorType":"Runtime.UserCodeSyntaxError","errorMessage":"SyntaxError: Unexpected token 'export'"`
		refused  = `"errorMessage":"require\(\) of ES Module /var/task/other.mjs from /var/task/index.js not supported`
		loaded   = `^"it is a module"$`
		required = `^"other"$`
		absent   = `^{"errorType":"Runtime.ImportModuleError","errorMessage":"Error: Cannot find module 'index'\\nRequire stack:\\n- /var/runtime/index.mjs"`
	)
	for name, tt := range map[string]struct{ runtime, file, code, options, want string }{
		"modules-22":       {"nodejs22.x", "index.js", imports, "", unread},
		"modules-20":       {"nodejs20.x", "index.js", imports, "", unread},
		"modules-wanted":   {"nodejs22.x", "index.js", imports, "--experimental-detect-module --experimental-require-module", loaded},
		"required-22":      {"nodejs22.x", "index.js", requires, "", refused},
		"required-20":      {"nodejs20.x", "index.js", requires, "", refused},
		"required-wanted":  {"nodejs22.x", "index.js", requires, "--no-warnings --experimental-require-module", required},
		"in-a-directory":   {"nodejs22.x", "app/index.js", requires, "", absent},
		"not-compiled":     {"nodejs22.x", "index.ts", imports, "", absent},
		"name-of-our-file": {"nodejs22.x", "index.js", "exports.handler = async () => require('log')", "", `"errorMessage":"Cannot find module 'log'`},
	} {
		f := function{runtime: tt.runtime, handler: "index.handler", code: newPack(t).text(tt.file, tt.code).text("other.mjs", exports).bytes()}
		if tt.options != "" {
			f.variables = map[string]string{"NODE_OPTIONS": tt.options}
		}
		c.deploy(name, f)
		for range 2 {
			if r := c.invoke(name, `{}`); !regexp.MustCompile(tt.want).MatchString(r.payload) {
				t.Errorf("%s: answer = %s, want %s\n%s", name, r.payload, tt.want, r.log)
			}
		}
	}
}

// TestNodeTrustsAWSWhateverElseItTrusts has functions name certificates of their own, or
// those that AWS's runtimes have, which its documentation tells who connects to databases.
func TestNodeTrustsAWSWhateverElseItTrusts(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	code := newPack(t).text("index.js", `
exports.handler = function (event, context, callback) {
  context.callbackWaitsForEmptyEventLoop = false;
  require('https').get('https://sts.us-east-1.amazonaws.com/', function (answer) { callback(null, answer.statusCode); }).on('error', callback);
};`).bytes()
	for i, runtime := range []string{"nodejs22.x", "nodejs20.x", "nodejs6.10"} {
		for j, file := range []string{"/var/runtime/ca-cert.pem", "/var/task/absent.pem"} {
			name := fmt.Sprintf("ask-%d-%d", i, j)
			c.deploy(name, function{runtime: runtime, handler: "index.handler", code: code, variables: map[string]string{"NODE_EXTRA_CA_CERTS": file}})
			if r := c.invoke(name, `{}`); r.payload != "400" {
				t.Errorf("%s with %s: answer = %s\n%s", runtime, file, r.payload, r.log)
			}
		}
	}
}
