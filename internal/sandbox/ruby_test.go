//go:build linux

package sandbox

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// ruby returns a function for the Ruby that this machine has, whichever it is.
func ruby(t *testing.T, b *bench, handler, code string) Function {
	t.Helper()
	needRuntime(t, b, "ruby3.3")
	return function("ruby3.3", handler, zipOf("app.rb", code))
}

func TestRubyAnswers(t *testing.T) {
	for _, tt := range []struct{ name, handler, code, event, want string }{
		{"with what the method returns", "app.handler", `def handler(event:, context:) { got: event["a"] } end`, `{"a":7}`, `{"got":7}`},
		{"with what a method of a class returns", "app.App::Inner.handler", `module App; class Inner; def self.handler(event:, context:) event.size end end end`, `[1,2]`, `2`},
		{"with nothing", "app.handler", `def handler(event:, context:) end`, `{}`, `null`},
		{"with what its own Marshaller makes of it", "app.handler", `
module AwsLambda
  class Marshaller
    class << self
      def marshall_request(raw_request) [raw_request["Content-Type"], raw_request.body] end
      def marshall_response(method_response) [method_response.join(" "), "text/plain"] end
    end
  end
end
def handler(event:, context:) event end`, `{"a":7}`, `application/json {"a":7}`},
		{"whatever else its methods are called", "app.main", `
def run() 1 end
def work(*) 2 end
def load(*) 3 end
def marshal(*) 4 end
def main(event:, context:) [run, work, load, marshal] end`, `{}`, `[1,2,3,4]`},
		{"with letters of any kind", "app.handler", `def handler(event:, context:) event end`, `{"ü":"日本"}`, `{"ü":"日本"}`},
		{"with bytes of its own", "app.handler", `require "stringio"; def handler(event:, context:) StringIO.new("plain") end`, `{}`, `plain`},
		{"with its context", "app.handler", `
def handler(event:, context:)
  left = context.get_remaining_time_in_millis
  [context.function_name, context.function_version, context.memory_limit_in_mb, context.aws_request_id, context.log_group_name, left > 9000 && left <= 10000]
end`, `{}`, `["f","$LATEST","256","` + requestID + `","/aws/lambda/f",true]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newIsolatedBench(t)
			r := b.invoke(ruby(t, b, tt.handler, tt.code), tt.event)
			if !matches(tt.want, string(r.Payload)) || r.FunctionError != "" {
				t.Errorf("result = %q %s, want %s\n%s", r.FunctionError, r.Payload, tt.want, r.LogTail)
			}
		})
	}
}

func TestRubyFailures(t *testing.T) {
	for _, tt := range []struct{ name, handler, code, want, log string }{
		{"exception", "app.handler", "def handler(event:, context:)\n  raise 'no'\nend",
			`^{"errorMessage":"no","errorType":"Function<RuntimeError>","stackTrace":\["/var/task/app.rb:2:in [^"]*handler'"\]}$`,
			`Error raised from handler method\n{\n  "errorMessage": "no",`},
		{"name that is not defined", "app.handler", "def handler(event:, context:)\n  nothing\nend",
			`^{"errorMessage":"undefined local variable or method [^"]*nothing'.*","errorType":"Function<NameError>","stackTrace":\["/var/task/app.rb:2`,
			`Critical exception from handler\n`},
		{"exit", "app.handler", "def handler(event:, context:) exit(3) end", `^{"errorMessage":"exit","errorType":"Function<SystemExit>"`, ``},
		{"method that is not there", "app.handler", "def handler(event:, context:)\n  absent()\nend",
			`^{"errorMessage":"undefined method [^"]*absent'.*LambdaHandler.*","errorType":"Function<NoMethodError>","stackTrace":\["/var/task/app.rb:2`, ``},
		{"exception with a stack of its own", "app.handler", "def handler(event:, context:) raise RuntimeError, 'no', ['elsewhere'] end",
			`^{"errorMessage":"no","errorType":"Function<RuntimeError>","stackTrace":\[\]}$`, ``},
		{"message that is no text", "app.handler", `def handler(event:, context:) raise "a\xffb" end`,
			`^{"errorMessage":"a.b","errorType":"Function<RuntimeError>"`, ``},
		{"answer that has no form in JSON", "app.handler", "def handler(event:, context:) Float::NAN end",
			`^{"errorMessage":"[^"]*NaN[^"]*","errorType":"Function<JSON::GeneratorError>"`, `Error raised from handler method`},
		{"answer that cannot be read", "app.handler", "def handler(event:, context:) File.open('/').tap(&:close) end",
			`^{"errorMessage":"closed stream","errorType":"Runtime<IOError>"`, ``},
		{"event that its own Marshaller refuses", "app.handler", "class AwsLambda::Marshaller\n  def self.marshall_request(r) raise 'no' end\nend\ndef handler(event:, context:) end",
			`^{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ` + requestID + ` Error: Runtime exited with error: exit status 252"}$`, `Init error when loading handler app.handler`},
		{"end without a word", "app.handler", "def handler(event:, context:) exit!(3) end",
			`^{"errorType":"Runtime.ExitError","errorMessage":"RequestId: ` + requestID + ` Error: Runtime exited with error: exit status 3"}$`, ``},
		{"exception while it loads", "app.handler", "raise ArgumentError, 'early'",
			`^{"errorMessage":"early","errorType":"Init<ArgumentError>","stackTrace":\["/var/task/app.rb:1:in`, ``},
		{"missing file", "absent.handler", "", `^{"errorMessage":"cannot load such file -- absent","errorType":"Init<LoadError>"`, ``},
		{"missing method", "app.absent", "", `^{"errorMessage":"undefined method [^"]*absent'.*","errorType":"Function<NoMethodError>"`, ``},
		{"file that does not parse", "app.handler", "def", `^{"errorMessage":"[^"]*app.rb:1: syntax error.*","errorType":"Init<SyntaxError>"`, ``},
		{"handler that names nothing", "app", "", `^{"errorMessage":"Invalid handler \[\\"app\\"\], must be of form FILENAME.METHOD or .*","errorType":"Init<ArgumentError>"`, ``},
		{"too slow", "app.handler", "def handler(event:, context:) sleep 60 end",
			`^{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: ` + requestID + ` Error: Task timed out after 1.00 seconds"}$`, `Status: timeout`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newIsolatedBench(t)
			fn := ruby(t, b, tt.handler, tt.code)
			fn.Timeout = time.Second
			b.wantFailure(fn, tt.want, tt.log)
		})
	}
}

func TestRubyStaysAfterAnError(t *testing.T) {
	b := newIsolatedBench(t)
	fn := ruby(t, b, "app.handler", `
$count = 0
def handler(event:, context:)
  $count += 1
  raise "no" if event["fail"]
  $count
end`)
	b.invoke(fn, `{"fail":true}`)
	if r := b.invoke(fn, `{}`); string(r.Payload) != `2` {
		t.Errorf("result = %q %s, want 2: the same process", r.FunctionError, r.Payload)
	}
}

func TestRubyLog(t *testing.T) {
	b := newIsolatedBench(t)
	r := b.invoke(ruby(t, b, "app.handler", `
require "logger"
def handler(event:, context:)
  puts "two", "lines"
  Logger.new($stdout).info("three\nlines")
  nil
end`), `{}`)
	want := regexp.MustCompile(`(?m)^two\nlines\nI, \[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6} #\d+\]  INFO ` + requestID + ` -- : three\nlines$`)
	if !want.Match(r.LogTail) {
		t.Errorf("log = %s", r.LogTail)
	}
}

func TestRubyReachesTheFrontUnderAWSsOwnName(t *testing.T) {
	eachDriver(t, func(t *testing.T, b *bench) {
		r := b.invoke(ruby(t, b, "app.handler", `
require "net/http"
def handler(event:, context:)
  Net::HTTP.post(URI("http://sts.amazonaws.com/"), "a")
  https = Net::HTTP.new("sts.us-east-1.amazonaws.com", 443)
  https.use_ssl = true
  https.ca_file = ENV["AWS_CA_BUNDLE"]
  https.post("/", "b").code
end`), `{}`)
		if string(r.Payload) != `"200"` {
			t.Fatalf("result = %q %s\n%s", r.FunctionError, r.Payload, r.LogTail)
		}
		if got, want := strings.Join(b.front.requests, "\n"), "http sts.amazonaws.com  a\nhttps sts.us-east-1.amazonaws.com  b"; got != want {
			t.Errorf("the front was asked\n%s\nwant\n%s", got, want)
		}
	})
}

func TestRubyFindsItsGems(t *testing.T) {
	b := newIsolatedBench(t, withSpares(1))
	spec := `Gem::Specification.new { |s| s.name = "greeting"; s.version = "1.0"; s.summary = "x"; s.authors = ["x"]; s.files = ["lib/greeting.rb"] }`
	fn := ruby(t, b, "app.handler", `
require "greeting"
def handler(event:, context:) GREETING end`)
	fn.Layers = []Code{codeOf(zipOf(
		"ruby/gems/3.3.0/specifications/greeting-1.0.gemspec", spec,
		"ruby/gems/3.3.0/gems/greeting-1.0/lib/greeting.rb", `GREETING = "hello"`,
	))}
	for range 2 { // the second time in an environment that has waited
		if r := b.invoke(fn, `{}`); string(r.Payload) != `"hello"` {
			t.Errorf("result = %q %s\n%s", r.FunctionError, r.Payload, r.LogTail)
		}
		b.awaitSpares(1)
		fn.ID = "another"
	}
	if !b.used(fn).spare {
		t.Error("no environment had waited")
	}
}

// TestRubyFindsItsOwnInAProcessThatHasWaited has functions that bring what waiting processes have
// loaded in another version.
func TestRubyFindsItsOwnInAProcessThatHasWaited(t *testing.T) {
	const tells = `
def handler(event:, context:)
  puts "heard"
  $LOADED_FEATURES.grep(/openssl\.rb\z/).size
end`
	spec := `Gem::Specification.new { |s| s.name = "openssl"; s.version = "99.0"; s.summary = "x"; s.authors = ["x"]; s.files = ["lib/openssl.rb"] }`
	for _, tt := range []struct {
		name  string
		files []string
		layer []string
		want  string
	}{
		{"what is loaded stays, if nothing else can be meant", []string{"app.rb", tells}, nil, `1`},
		{"a gem of the package", []string{
			"app.rb", "gem 'openssl', '>= 99'\nrequire 'openssl'\n" + `def handler(event:, context:) puts "heard"; OWN end`,
			"vendor/bundle/ruby/3.3.0/specifications/openssl-99.0.gemspec", spec,
			"vendor/bundle/ruby/3.3.0/gems/openssl-99.0/lib/openssl.rb", `OWN = "gem"`,
		}, nil, `"gem"`},
		{"a gem of a layer", []string{"app.rb", "gem 'openssl', '>= 99'\nrequire 'openssl'\n" + `def handler(event:, context:) puts "heard"; OWN end`}, []string{
			"ruby/gems/3.3.0/specifications/openssl-99.0.gemspec", spec,
			"ruby/gems/3.3.0/gems/openssl-99.0/lib/openssl.rb", `OWN = "layer"`,
		}, `"layer"`},
		{"a file of the package", []string{"app.rb", "require 'digest'\n" + `def handler(event:, context:) puts "heard"; OWN end`, "digest.rb", `OWN = "file"`}, nil, `"file"`},
		{"a file of the package of what is only compiled", []string{"app.rb", "require 'time'\n" + `def handler(event:, context:) puts "heard"; OWN end`, "time.rb", `OWN = "own"`}, nil, `"own"`},
		{"what is compiled, when it is required", []string{"app.rb", "require 'time'\nrequire 'yaml'\nrequire 'digest/sha2'\n" + `
def handler(event:, context:) puts "heard"; [Time.parse("2026-01-02T03:04:05Z").year, YAML.dump(1), Digest::SHA512.hexdigest("x").size] end`}, nil, `[2026,"--- 1\n",128]`},
		{"nothing of it, when it is not", []string{"app.rb", `def handler(event:, context:) puts "heard"; [Time.respond_to?(:parse), defined?(YAML)] end`}, nil, `[false,null]`},
		{"a file of a layer", []string{"app.rb", "require 'uri'\n" + `def handler(event:, context:) puts "heard"; OWN end`},
			[]string{"ruby/lib/uri.rb", `OWN = "layer's file"`}, `"layer's file"`},
		{"another version in a lock", []string{"app.rb", tells, "Gemfile.lock", "GEM\n  specs:\n    openssl (99.0)\n"}, nil, `0`},
		{"the same names in a lock, of gems that are not loaded", []string{"app.rb", tells, "Gemfile.lock", "GEM\n  specs:\n    rack (3.0.0)\n      openssl (99.0)\n"}, nil, `1`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newIsolatedBench(t, withSpares(1))
			b.invoke(ruby(t, b, "app.handler", "def handler(event:, context:) end"), `{}`)
			b.awaitSpares(1)
			fn := function("ruby3.3", "app.handler", zipOf(tt.files...))
			fn.ID = "another"
			if tt.layer != nil {
				fn.Layers = []Code{codeOf(zipOf(tt.layer...))}
			}
			r := b.invoke(fn, `{}`)
			if string(r.Payload) != tt.want || !strings.Contains(string(r.LogTail), "\nheard\nEND") {
				t.Errorf("result = %q %s, want %s\n%s", r.FunctionError, r.Payload, tt.want, r.LogTail)
			}
			if !b.used(fn).spare {
				t.Error("no environment had waited")
			}
		})
	}
}

// TestRubyHasWhatAWSsClientHasLoaded takes functions that forget to require it, without and
// with a process that has waited.
func TestRubyHasWhatAWSsClientHasLoaded(t *testing.T) {
	b := newIsolatedBench(t, withSpares(1))
	fn := ruby(t, b, "app.handler", `def handler(event:, context:) [Net::HTTP, URI("http://a/b").path, JSON, Logger, StringIO].map(&:to_s) end`)
	for _, id := range []string{"first", "another"} {
		fn.ID = id
		if r := b.invoke(fn, `{}`); string(r.Payload) != `["Net::HTTP","/b","JSON","Logger","StringIO"]` {
			t.Errorf("result = %q %s\n%s", r.FunctionError, r.Payload, r.LogTail)
		}
		b.awaitSpares(1)
	}
	if !b.used(fn).spare {
		t.Error("no environment had waited")
	}
	own := ruby(t, b, "app.handler", "")
	own.Code = codeOf(zipOf("app.rb", `require "net/http"; def handler(event:, context:) OWN end`, "net/http.rb", `OWN = "own"`))
	own.MemoryMB = 300 // for which none waits
	if r := b.invoke(own, `{}`); string(r.Payload) != `"own"` {
		t.Errorf("result = %q %s\n%s", r.FunctionError, r.Payload, r.LogTail)
	}
}

func TestRubyEndsInAnOrderlyWay(t *testing.T) {
	b := newIsolatedBench(t)
	b.invoke(ruby(t, b, "app.handler", "at_exit { $stdout.puts 'bye' }\ndef handler(event:, context:) exit end"), `{}`)
	b.awaitRest()
	if text := b.text(); !strings.Contains(text, "\nbye\n") {
		t.Errorf("log = %s", text)
	}
}

func TestRubyTakesASignalBetweenEventsForTheEnd(t *testing.T) {
	b := newIsolatedBench(t)
	b.invoke(ruby(t, b, "app.handler", `
def handler(event:, context:)
  Thread.new { sleep 0.02; Process.kill("TERM", $$) }
  nil
end`), `{}`)
	await(t, "it has ended", func() bool { return len(b.Status().Environments) == 0 })
	const want = "Next invocation HTTP request from the runtime interface client was interrupted with a SIGTERM SIGNAL, gracefully shutting down.\n"
	if text := b.text(); !strings.Contains(text, want) {
		t.Errorf("log = %s", text)
	}
}
