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

// toldTo returns what the log shows that an extension was told, each as
// "type record", without times and durations.
func toldTo(t *testing.T, name, text string) (told []string) {
	t.Helper()
	for line := range strings.Lines(text) {
		_, event, ok := strings.Cut(line, name+" is told ")
		if !ok {
			continue
		}
		event = event[strings.Index(event, "{"):]
		var e struct {
			Time   time.Time       `json:"time"`
			Type   string          `json:"type"`
			Record json.RawMessage `json:"record"`
		}
		if err := json.Unmarshal([]byte(event), &e); err != nil || e.Time.IsZero() {
			t.Errorf("%s is told %s: %v", name, event, err)
		}
		told = append(told, e.Type+" "+string(e.Record))
	}
	return told
}

// matches tells whether a text is a pattern's, in which * stands for anything.
func matches(pattern, text string) bool {
	first, rest, more := strings.Cut(pattern, "*")
	if !strings.HasPrefix(text, first) {
		return false
	}
	if !more {
		return text == first
	}
	for text = text[len(first):]; ; text = text[1:] {
		if matches(rest, text) {
			return true
		}
		if text == "" {
			return false
		}
	}
}

func expectTold(t *testing.T, name, text string, want ...string) {
	t.Helper()
	got := toldTo(t, name, text)
	ok := len(got) == len(want)
	for i := range min(len(got), len(want)) {
		ok = ok && matches(want[i], got[i])
	}
	if !ok {
		t.Errorf("%s is told\n%s\nwant\n%s\nlog:\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"), text)
	}
}

func TestExtensionsAreToldByTheTelemetryAPI(t *testing.T) {
	b := newIsolatedBench(t)
	fn := withExtensions(t, behaviour("print no line"), "telemetry")
	for range 2 {
		b.invoke(fn, `"x"`)
		b.awaitRest()
	}
	text := b.text()
	invocation := []string{
		`platform.start {"requestId":"` + requestID + `","functionArn":"arn:aws:lambda:us-east-1:000000000000:function:f","version":"$LATEST"}`,
		`function "no end\n"`,
		`platform.runtimeDone {"requestId":"` + requestID + `","status":"success","spans":[{"name":"responseLatency","start":"*","durationMs":*},` +
			`{"name":"responseDuration","start":"*","durationMs":*},{"name":"runtimeOverhead","start":"*","durationMs":*}],"metrics":{"durationMs":*,"producedBytes":4}}`,
		`platform.report {"requestId":"` + requestID + `","metrics":{"durationMs":*,"billedDurationMs":*,"memorySizeMB":256,"maxMemoryUsedMB":*},"status":"success"}`,
	}
	want := append([]string{
		`platform.initStart {"initializationType":"on-demand","phase":"init","runtimeVersion":"bootstrap","functionName":"f","functionVersion":"$LATEST","instanceId":"*[$LATEST]*","instanceMaxMemory":268435456}`,
		`platform.telemetrySubscription {"name":"telemetry","state":"Subscribed","types":["platform","function"]}`,
		`platform.initRuntimeDone {"initializationType":"on-demand","phase":"init","status":"success"}`,
		`platform.extension {"name":"telemetry","state":"Ready","events":["INVOKE","SHUTDOWN"]}`,
		`platform.initReport {"initializationType":"on-demand","phase":"init","status":"success","metrics":{"durationMs":*}}`,
	}, slices.Concat(invocation, invocation)...)
	want[8] = strings.Replace(want[8], `"maxMemoryUsedMB":*}`, `"maxMemoryUsedMB":*,"initDurationMs":*}`, 1)
	expectTold(t, "telemetry", text, want...)
	if !strings.Contains(text, `telemetry is told POST /here?a=b <nil> {`) || !strings.Contains(text, "TELEMETRY\tName: telemetry\tState: Subscribed\tTypes: [Platform, Function]\n") {
		t.Errorf("log = %s", text)
	}
}

func TestExtensionsAreToldByTheLogsAPI(t *testing.T) {
	b := newIsolatedBench(t)
	fn := withExtensions(t, behaviour("echo"), "liner")
	b.invoke(fn, `"x"`)
	await(t, "it has printed what it was told", func() bool { // TCP does not tell whether it has read it
		b.logs.mu.Lock()
		defer b.logs.mu.Unlock()
		return slices.ContainsFunc(b.logs.events, func(e LogEvent) bool {
			return strings.Contains(e.Message, `liner is told {"time"`) && strings.Contains(e.Message, "platform.report")
		})
	})
	text := b.text()
	for _, want := range []string{
		`platform.logsSubscription {"name":"liner","state":"Subscribed","types":["platform","function","extension"]}`,
		`platform.extension {"name":"liner","state":"Ready","events":["INVOKE","SHUTDOWN"]}`,
		`extension "liner subscribed \"OK\"\n"`,
		`platform.start {"requestId":"` + requestID + `","version":"$LATEST"}`,
		`platform.runtimeDone {"requestId":"` + requestID + `","status":"success"}`,
		`platform.end {"requestId":"` + requestID + `"}`,
		`platform.report {"requestId":"` + requestID + `","metrics":{*,"initDurationMs":*}}`,
	} {
		if got := toldTo(t, "liner", text); !slices.ContainsFunc(got, func(s string) bool { return matches(want, s) }) {
			t.Errorf("it is told\n%s\nbut not\n%s", strings.Join(got, "\n"), want)
		}
	}
	if !strings.Contains(text, "LOGS\tName: liner\tState: Subscribed\tTypes: [Platform, Function, Extension]\n") {
		t.Errorf("log = %s", text)
	}
}

func TestExtensionsAreToldHowAFunctionFails(t *testing.T) {
	for _, tt := range []struct {
		name, behaviour string
		timeout         time.Duration
		runtimeDone     string
		report          string
	}{
		{"by its time", "sleep", 300 * time.Millisecond, `"status":"timeout","metrics":{"durationMs":*,"producedBytes":0}}`, `"status":"timeout"}`},
		{"by its end", "exit leaving children", 5 * time.Second, `"status":"failure","errorType":"Runtime.ExitError","metrics":*`, `"status":"failure","errorType":"Runtime.ExitError"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newIsolatedBench(t)
			fn := withExtensions(t, behaviour(tt.behaviour), "telemetry")
			fn.Timeout = tt.timeout
			b.invoke(fn, `"1m"`)
			got := toldTo(t, "telemetry", b.text())
			for _, want := range []string{
				fmt.Sprintf(`platform.runtimeDone {"requestId":"%s",%s`, requestID, tt.runtimeDone),
				fmt.Sprintf(`platform.report {"requestId":"%s","metrics":{*},%s`, requestID, tt.report),
			} {
				if !slices.ContainsFunc(got, func(s string) bool { return matches(want, s) }) {
					t.Errorf("it is told\n%s\nbut not\n%s", strings.Join(got, "\n"), want)
				}
			}
		})
	}
}

// What was gathered when the environment froze is sent when it works again, or at
// its end.
func TestFrozenExtensionsAreToldLater(t *testing.T) {
	b := newIsolatedBench(t, func(c *Config) { c.FreezeAfter = 20 * time.Millisecond })
	fn := withExtensions(t, behaviour("echo"), "later") // gathers for a second
	b.invoke(fn, `"x"`)
	await(t, "it is frozen", func() bool { e := b.Status().Environments; return len(e) == 1 && e[0].Frozen })
	time.Sleep(1200 * time.Millisecond)
	text := b.text()
	for _, want := range []string{"platform.initStart", "platform.initReport", "platform.start", "platform.report"} {
		if n := strings.Count(text, `"type":"`+want+`"`); n != 1 {
			t.Errorf("%s is told %d times\n%s", want, n, text)
		}
	}
}
