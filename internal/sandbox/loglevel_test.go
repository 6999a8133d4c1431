//go:build linux

package sandbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// logged returns the messages of a log that is JSON, platform events as
// "type record" without times.
func logged(t *testing.T, text string) (messages []string) {
	t.Helper()
	for line := range strings.Lines(text) {
		var e struct {
			Time   *time.Time
			Type   string
			Record json.RawMessage
		}
		if json.Unmarshal([]byte(line), &e) == nil && e.Time != nil {
			line = e.Type + " " + string(e.Record)
		}
		messages = append(messages, strings.TrimSuffix(line, "\n"))
	}
	return messages
}

func TestLogsAreJSONWhereTheFunctionWantsIt(t *testing.T) {
	said, err := json.Marshal(`{"level":"debug","m":1}` + "\n" + `{"level":"WARN","m":2}` + "\n" + `{"m":3}` + "\n" + "plain\n")
	if err != nil {
		t.Fatal(err)
	}
	start := `platform.start {"requestId":"` + requestID + `","functionArn":"arn:aws:lambda:us-east-1:000000000000:function:f","version":"$LATEST"}`
	report := `platform.report {"requestId":"` + requestID + `","metrics":{*},"status":"success"}`
	initStart := `platform.initStart {"initializationType":"on-demand","phase":"init",*}`
	for _, tt := range []struct {
		application, system string
		want                []string
	}{
		{"INFO", "INFO", []string{initStart, start, `{"level":"WARN","m":2}`, `{"m":3}`, "plain", report}},
		{"ERROR", "WARN", []string{"plain"}},
		{"TRACE", "DEBUG", []string{initStart, `platform.initRuntimeDone {*}`, `platform.initReport {*}`, start, `{"level":"debug","m":1}`,
			`{"level":"WARN","m":2}`, `{"m":3}`, "plain", report, `platform.runtimeDone {"requestId":"` + requestID + `","status":"success",*}`}},
	} {
		t.Run(tt.application+" "+tt.system, func(t *testing.T) {
			b := newIsolatedBench(t)
			fn := behaviour("say")
			fn.LogFormat, fn.ApplicationLogLevel, fn.SystemLogLevel = formatJSON, tt.application, tt.system
			r := b.invoke(fn, string(said))
			if tail := string(r.LogTail); strings.Contains(tail, "START ") || !strings.Contains(tail, "plain\n") {
				t.Errorf("tail = %s", tail)
			}
			b.awaitRest()
			got := logged(t, b.text())
			if !slices.EqualFunc(tt.want, got, matches) {
				t.Errorf("log:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

func TestFailuresAreWarningsInALogThatIsJSON(t *testing.T) {
	for _, tt := range []struct{ behaviour, status string }{
		{"sleep", `"status":"timeout"}`},
		{"exit leaving children", `"status":"failure","errorType":"Runtime.ExitError"}`},
	} {
		b := newIsolatedBench(t)
		fn := behaviour(tt.behaviour)
		fn.LogFormat, fn.SystemLogLevel, fn.Timeout = formatJSON, "WARN", 300*time.Millisecond
		b.invoke(fn, `"1m"`)
		got := logged(t, b.text())
		want := []string{`platform.report {*,` + tt.status, `platform.runtimeDone {*}`}
		if !slices.EqualFunc(want, got, matches) {
			t.Errorf("%s: log:\n%s\nwant\n%s", tt.behaviour, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestRuntimesAreToldTheFormatOfTheLog(t *testing.T) {
	b := newIsolatedBench(t)
	for _, tt := range []struct{ format, level, want string }{
		{"", "", `"AWS_LAMBDA_INITIALIZATION_TYPE":"on-demand","AWS_LAMBDA_LOG_GROUP_NAME":"g"`},
		{formatJSON, "DEBUG", `"AWS_LAMBDA_LOG_FORMAT":"JSON","AWS_LAMBDA_LOG_GROUP_NAME":"g","AWS_LAMBDA_LOG_LEVEL":"DEBUG"`},
	} {
		fn := behaviour("environment")
		fn.ID, fn.LogGroup, fn.LogFormat, fn.ApplicationLogLevel = "f"+tt.format, "g", tt.format, tt.level
		r := b.invoke(fn, `""`)
		if !strings.Contains(string(r.Payload), tt.want) {
			t.Errorf("%q: %s, want %s", tt.format, r.Payload, tt.want)
		}
		if want := fmt.Sprintf("/f[%s]", fn.Version); !strings.Contains(r.LogStream, want) {
			t.Errorf("the stream is %s, want %s in it", r.LogStream, want)
		}
	}
}

func TestExtensionsAreToldJSONAsJSON(t *testing.T) {
	b := newIsolatedBench(t)
	fn := withExtensions(t, behaviour("say"), "telemetry")
	fn.LogFormat = formatJSON
	b.invoke(fn, `"{\"m\":1}\n"`)
	b.awaitRest() // by then it was told: an environment that ends waits for its listeners only for a while
	text := b.text()
	if got := toldTo(t, "telemetry", text); !slices.Contains(got, `function "{\"m\":1}\n"`) {
		t.Errorf("by its schema of 2022-07-01 it is told %q", got)
	}
	h := happening{kind: byFunction, platformEvent: platformEvent{record: "{}\n"}, object: json.RawMessage("{}")}
	if got := string(h.of(&subscription2022)); !strings.HasSuffix(got, `"type":"function","record":{}}`) {
		t.Errorf("by the next one it is told %s", got)
	}
}

func TestStartsThatGoWrongAreReported(t *testing.T) {
	slow := behaviour("load slowly")
	slow.Environment, slow.Timeout = map[string]string{"LOAD": "400ms"}, 300*time.Millisecond
	for _, tt := range []struct {
		name string
		fn   Function
		line string
		json string
	}{
		{"by its time", slow, "Status: timeout\n", `"status":"timeout","metrics":*`},
		{"by its end", behaviour("nosuch"), "Status: error\tError Type: Runtime.ExitError\n", `"status":"failure","errorType":"Runtime.ExitError",*`},
		{"without a program", function("provided.al2023", "none", zipOf("no", "bootstrap")), "Status: error\tError Type: Runtime.InvalidEntrypoint\n",
			`"status":"error","errorType":"Runtime.InvalidEntrypoint",*`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newIsolatedBench(t, func(c *Config) { c.InitTimeout = 100 * time.Millisecond })
			b.invoke(tt.fn, `""`)
			inJSON := tt.fn
			inJSON.ID, inJSON.LogFormat, inJSON.SystemLogLevel = "json", formatJSON, "WARN"
			b.invoke(inJSON, `""`)
			text := b.text()
			for _, phase := range []string{"init", "invoke"} {
				reports := 0
				for line := range strings.Lines(text) {
					if matches("INIT_REPORT Init Duration: * ms\tPhase: "+phase+"\t"+tt.line, line) {
						reports++
					}
				}
				if reports != 1 {
					t.Errorf("in the phase %s it is reported %d times, want once:\n%s", phase, reports, text)
				}
			}
			want := `platform.initReport {"initializationType":"on-demand","phase":"init",` + tt.json
			if got := logged(t, text); !slices.ContainsFunc(got, func(s string) bool { return matches(want, s) }) {
				t.Errorf("log:\n%s\nwithout %s", strings.Join(got, "\n"), want)
			}
		})
	}
}
