//go:build linux

package sandbox

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cloudless/internal/sandbox/runtime"
)

// coldFunctions are functions as they are written: each makes a client of the SDK
// where its runtime has one, and uses it.
var coldFunctions = []struct {
	runtime string
	files   []string
	nothing []string // has the interpreter do nothing
}{
	{"nodejs22.x", []string{"index.js", `
		const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
		const client = new DynamoDBClient({});
		exports.handler = async () => {
			await client.send(new PutItemCommand({ TableName: 'user', Item: { uid: { S: '1' } } }));
			return 'done';
		};`}, []string{"-e", "0"}},
	{"python3.12", []string{"index.py", `
import boto3
client = boto3.client('dynamodb')
def handler(event, context):
    client.put_item(TableName='user', Item={'uid': {'S': '1'}})
    return 'done'
`}, []string{"-c", "pass"}},
	{"ruby3.3", []string{"index.rb", `
require 'json'
require 'net/http'
require 'openssl'
require 'time'
def handler(event:, context:)
  key = OpenSSL::HMAC.hexdigest('SHA256', ENV['AWS_SECRET_ACCESS_KEY'], Time.now.utc.iso8601)
  Net::HTTP.post(URI(ENV['AWS_ENDPOINT_URL']), JSON.generate(TableName: 'user', Item: { uid: { S: '1' } }), 'Authorization' => key)
  'done'
end`}, []string{"-e", "0"}},
}

// interpreter returns the path of the program that runs a runtime's functions.
func interpreter(b *testing.B, m *Manager, identifier string) string {
	program, err := m.cfg.Runtimes.Program(identifier)
	if err != nil {
		b.Skip(err)
	}
	path := func(target string) string {
		for _, f := range program.Files {
			if rest, inside := strings.CutPrefix(target, f.Target+"/"); inside && f.Link == "" {
				return filepath.Join(f.Source, rest)
			}
		}
		return target
	}
	args, err := program.Args(runtime.Place{Path: path})
	if err != nil {
		b.Fatal(err)
	}
	return args[0]
}

// BenchmarkColdStart measures the first event of a new function, from request to
// answer, in turns with the bare interpreter: with an environment that waits and
// without. What counts are the ratios of medians; the times are this machine's.
func BenchmarkColdStart(b *testing.B) {
	for _, f := range coldFunctions {
		b.Run(f.runtime, func(b *testing.B) {
			ready, fresh := newColdBench(b, 1), newColdBench(b, -1)
			program := interpreter(b, ready, f.runtime)
			fn := function(f.runtime, "index.handler", zipOf(f.files...))
			var bare, spare, none []time.Duration
			cold := func(m *Manager, n int) time.Duration {
				fn.ID = fmt.Sprint(n)
				start := time.Now()
				r, err := m.Invoke(b.Context(), fn, event(`{}`))
				took := time.Since(start)
				if err != nil || string(r.Payload) != `"done"` {
					b.Fatalf("Invoke = %s %v\n%s", r.Payload, err, r.LogTail)
				}
				m.Retire(fn.ID)
				return took
			}
			cold(ready, -1)
			for n := 0; b.Loop(); n++ {
				for waiting(ready) == 0 {
					time.Sleep(time.Millisecond)
				}
				spare = append(spare, cold(ready, n))
				for waiting(ready) == 0 { // whose making would disturb the others
					time.Sleep(time.Millisecond)
				}
				none = append(none, cold(fresh, n))
				start := time.Now()
				if err := exec.Command(program, f.nothing...).Run(); err != nil {
					b.Fatal(err)
				}
				bare = append(bare, time.Since(start))
			}
			b.ReportMetric(milliseconds(median(spare)), "ms-spare")
			b.ReportMetric(milliseconds(median(none)), "ms-none")
			b.ReportMetric(milliseconds(median(bare)), "ms-bare")
			b.ReportMetric(float64(median(spare))/float64(median(bare)), "spare/bare")
			b.ReportMetric(float64(median(none))/float64(median(bare)), "none/bare")
		})
	}
}

// BenchmarkJavaColdStart measures the first event of a new function of Java, in turns with and
// without the archive of classes. What counts is the ratio of the medians.
func BenchmarkJavaColdStart(b *testing.B) {
	for _, identifier := range []string{"java17", "java25"} {
		b.Run(identifier, func(b *testing.B) {
			m := newColdBench(b, -1)
			if err := m.Install(b.Context(), identifier, nil); err != nil {
				b.Skip(err)
			}
			code, err := javaCode()
			if err != nil {
				b.Fatal(err)
			}
			cold := func(options string) time.Duration {
				fn := function(identifier, "app.Handlers::greet", code)
				fn.MemoryMB, fn.Environment = 512, map[string]string{"JAVA_TOOL_OPTIONS": options}
				start := time.Now()
				r, err := m.Invoke(b.Context(), fn, event(`{"name":"Ada","age":36}`))
				took := time.Since(start)
				if err != nil || r.FunctionError != "" {
					b.Fatalf("Invoke = %s %v\n%s", r.Payload, err, r.LogTail)
				}
				m.Retire(fn.ID)
				return took
			}
			var with, without []time.Duration
			for b.Loop() {
				with = append(with, cold("-Da=b"))
				without = append(without, cold("-Xshare:auto"))
			}
			b.ReportMetric(milliseconds(median(with)), "ms-archive")
			b.ReportMetric(milliseconds(median(without)), "ms-none")
			b.ReportMetric(float64(median(with))/float64(median(without)), "archive/none")
		})
	}
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

func newColdBench(b *testing.B, spares int) *Manager {
	cfg := testConfig(b)
	cfg.MaxSpares = spares
	m, err := New(cfg)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = m.Close(b.Context()) })
	return m
}
