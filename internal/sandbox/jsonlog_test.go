//go:build linux

package sandbox

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// volatile is what differs from run to run in a line of a log.
var volatile = regexp.MustCompile(`"timestamp": ?"[0-9T:.Z-]{19,}"|"stackTrace": ?\[[^]]*\]`)

// TestRuntimesLogJSONWhereTheFunctionWantsIt has each line that a function says
// with the level INFO, after what changes from run to run is cut out.
func TestRuntimesLogJSONWhereTheFunctionWantsIt(t *testing.T) {
	id := requestID
	for _, tt := range []struct {
		name string
		fn   func(b *bench) Function
		want []string
	}{
		{"Node", func(b *bench) Function {
			needRuntime(t, b, "nodejs22.x")
			return node("nodejs22.x", "index.js", `
exports.handler = async () => {
  console.debug('not heard');
  console.log('hello %s', 'you');
  console.info({ a: 1 });
  console.warn('one', new TypeError('t'));
  const circle = {}; circle.self = circle;
  console.error(circle);
  console.fatal('end');
  throw Object.assign(new RangeError('no'), { code: 7 });
};`)
		}, []string{
			`{,"level":"INFO","requestId":"` + id + `","message":"hello you"}`,
			`{,"level":"INFO","requestId":"` + id + `","message":{"a":1}}`,
			`{,"level":"WARN","requestId":"` + id + `","message":"one TypeError: t*","errorType":"TypeError","errorMessage":"t",}`,
			`{,"level":"ERROR","requestId":"` + id + `","message":"<ref *1> { self: [Circular *1] }"}`,
			`{,"level":"FATAL","requestId":"` + id + `","message":"end"}`,
			`{,"level":"ERROR","requestId":"` + id + `","message":{"errorType":"RangeError","errorMessage":"no",,"code":7}}`,
		}},
		{"Python", func(b *bench) Function {
			return python(t, b, "app.handler", `
import logging
def handler(event, context):
    logging.debug("not heard")
    logging.info("hello %s", "you", extra={"a": 1})
    try:
        int("x")
    except ValueError:
        logging.getLogger("own").exception("one")
    raise KeyError("no")
`)
		}, []string{
			`{, "level": "INFO", "message": "hello you", "logger": "root", "requestId": "` + id + `", "a": 1}`,
			`{, "level": "ERROR", "message": "one", "logger": "own", , "errorType": "ValueError", "errorMessage": "invalid literal*", "requestId": "` + id + `", "location": "/var/task/app.py:handler:9"}`,
			`{, "level": "ERROR", "errorMessage": "'no'", "errorType": "KeyError", "requestId": "` + id + `", }`,
		}},
		{"Ruby", func(b *bench) Function {
			return ruby(t, b, "app.handler", `
require "logger"
def handler(event:, context:)
  log = Logger.new($stdout)
  log.debug("not heard")
  log.info("hello\nyou")
  log.add(Logger::WARN, { a: 1 }, "own")
  begin
    Integer("x")
  rescue ArgumentError => e
    log.error(e)
  end
  log.fatal("\xff".b)
  Logger.new(nil, level: :error).warn("not heard")
  Logger.new($stderr, formatter: ->(s, _, _, m) { "#{s} #{m}\n" }).info("as I like it")
  sleep 0.2 # the stream is another pipe than that of loggers, and order between the two is not kept
  $stdout.puts "plain"
  nil
end`)
		}, []string{
			`{,"level":"INFO","message":"hello\nyou","requestId":"` + id + `"}`,
			`{,"level":"WARN","message":"{*a*1}","requestId":"` + id + `","logger":"own"}`,
			`{,"level":"ERROR","message":"invalid value for Integer(): \"x\"","requestId":"` + id + `","errorType":"ArgumentError",` +
				`"errorMessage":"invalid value for Integer(): \"x\"",,"location":"/var/task/app.rb:*Integer:9"}`,
			`{,"level":"FATAL","message":"` + "\ufffd" + `","requestId":"` + id + `"}`,
			`INFO as I like it`,
			`plain`,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newIsolatedBench(t)
			fn := tt.fn(b)
			fn.LogFormat, fn.ApplicationLogLevel, fn.SystemLogLevel = formatJSON, "INFO", "WARN"
			b.invoke(fn, `{}`)
			b.awaitRest()
			var got []string
			for _, line := range logged(t, b.text()) {
				if !strings.HasPrefix(line, "platform.") {
					got = append(got, volatile.ReplaceAllString(line, ""))
				}
			}
			if !slices.EqualFunc(tt.want, got, matches) {
				t.Errorf("log:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}
