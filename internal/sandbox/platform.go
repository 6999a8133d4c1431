package sandbox

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"cloudless/internal/sandbox/runtime"
	"cloudless/internal/sandbox/runtimeapi"
)

// platformEvent is something that Lambda itself says of an environment: to
// whoever has subscribed, and to the log, there as a line.
type platformEvent struct {
	kind   string // such as "platform.start"
	record any    // its content, for JSON
	line   string // its text in a log; "" where that has none
	level  level  // of it in a log that is JSON

	// The Logs API, which is older, has other records, and not all of them; nil is
	// none. The Telemetry API has none where record is nil.
	logsRecord any
	// textOnly says that a log that is JSON does not have it.
	textOnly bool
	// newLogs says that only the later schema of the Logs API has it.
	newLogs bool
}

// Lambda's types, with its order of members. Times are ISO 8601 with milliseconds.
type (
	initStartRecord struct {
		InitializationType string `json:"initializationType"`
		Phase              string `json:"phase"`
		RuntimeVersion     string `json:"runtimeVersion"`
		FunctionName       string `json:"functionName"`
		FunctionVersion    string `json:"functionVersion"`
		InstanceID         string `json:"instanceId"`
		InstanceMaxMemory  int64  `json:"instanceMaxMemory"` // bytes
	}
	initRuntimeDoneRecord struct {
		InitializationType string `json:"initializationType"`
		Phase              string `json:"phase"`
		Status             string `json:"status"`
		ErrorType          string `json:"errorType,omitempty"`
	}
	initReportRecord struct {
		InitializationType string         `json:"initializationType"`
		Phase              string         `json:"phase"`
		Status             string         `json:"status"`
		ErrorType          string         `json:"errorType,omitempty"`
		Metrics            durationMetric `json:"metrics"`
	}
	durationMetric struct {
		DurationMs float64 `json:"durationMs"`
	}
	startRecord struct {
		RequestID   string `json:"requestId"`
		FunctionARN string `json:"functionArn,omitempty"`
		Version     string `json:"version,omitempty"`
	}
	runtimeDoneRecord struct {
		RequestID string              `json:"requestId"`
		Status    string              `json:"status"`
		ErrorType string              `json:"errorType,omitempty"`
		Spans     []span              `json:"spans,omitempty"`
		Metrics   *runtimeDoneMetrics `json:"metrics,omitempty"`
	}
	span struct {
		Name       string  `json:"name"`
		Start      string  `json:"start"`
		DurationMs float64 `json:"durationMs"`
	}
	runtimeDoneMetrics struct {
		DurationMs    float64 `json:"durationMs"`
		ProducedBytes int64   `json:"producedBytes"`
	}
	reportRecord struct {
		RequestID string        `json:"requestId"`
		Metrics   reportMetrics `json:"metrics"`
		Status    string        `json:"status,omitempty"`
		ErrorType string        `json:"errorType,omitempty"`
	}
	reportMetrics struct {
		DurationMs       float64 `json:"durationMs"`
		BilledDurationMs int64   `json:"billedDurationMs"`
		MemorySizeMB     int     `json:"memorySizeMB"`
		MaxMemoryUsedMB  int     `json:"maxMemoryUsedMB"`
		InitDurationMs   float64 `json:"initDurationMs,omitempty"`
	}
	extensionRecord struct {
		Name   string   `json:"name"`
		State  string   `json:"state"`
		Events []string `json:"events"`
	}
	subscriptionRecord struct {
		Name  string   `json:"name"`
		State string   `json:"state"`
		Types []string `json:"types"`
	}
	droppedRecord struct {
		Reason         string `json:"reason"`
		DroppedRecords int    `json:"droppedRecords"`
		DroppedBytes   int    `json:"droppedBytes"`
	}
)

// The statuses of a phase.
const (
	statusSuccess = "success"
	statusError   = "error"   // the function, or its runtime, said so
	statusFailure = "failure" // it ended
	statusTimeout = "timeout"
)

// phase is what the start of an environment is part of.
func (e *environment) phase() string {
	if e.again {
		return "invoke"
	}
	return "init"
}

func (e *environment) initStart() platformEvent {
	line := ""
	if !e.again {
		line = initStartLine(e)
	}
	return platformEvent{kind: "platform.initStart", line: line, level: levelInfo, record: initStartRecord{
		InitializationType: e.initialization(), Phase: e.phase(), RuntimeVersion: e.program.Runs, FunctionName: e.fn.Name, FunctionVersion: e.fn.Version,
		InstanceID: e.stream, InstanceMaxMemory: int64(e.fn.MemoryMB) << 20,
	}}
}

// initEnd are the events at the end of a start; done says that the runtime's own
// end was told already.
func (e *environment) initEnd(f *initFailure, done bool) (events []platformEvent) {
	status, errorType := f.status()
	if !done {
		events = append(events, platformEvent{kind: "platform.initRuntimeDone", level: levelOf(status, levelDebug),
			record: initRuntimeDoneRecord{e.initialization(), e.phase(), status, errorType}})
	}
	usual := levelDebug
	if e.kept != nil {
		usual = levelInfo
	}
	line := ""
	if f != nil && e.program.Runtime.Era == runtime.Current {
		line = initReportLine(e.initDuration, e.phase(), status, errorType)
	}
	return append(events, platformEvent{kind: "platform.initReport", line: line, level: levelOf(status, usual),
		record: initReportRecord{e.initialization(), e.phase(), status, errorType, durationMetric{thousandths(e.initDuration)}}})
}

// status is how a start went: well, if f is nil.
func (f *initFailure) status() (status, errorType string) {
	switch {
	case f == nil:
		return statusSuccess, ""
	case f.tookTooLong:
		return statusTimeout, ""
	case f.outcome != nil:
		return statusError, reportedType(f.outcome.ErrorType)
	case f.extension != nil:
		return statusError, f.extension.Type
	case f.noStart != "":
		return statusError, "Runtime.InvalidEntrypoint"
	}
	return statusFailure, "Runtime.ExitError"
}

func startEvent(fn *Function, inv *Invocation) platformEvent {
	arn := fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s", fn.Region, fn.Account, fn.Name)
	return platformEvent{kind: "platform.start", line: startLine(inv.RequestID, fn.Version), level: levelInfo,
		record:     startRecord{inv.RequestID, arn, fn.Version},
		logsRecord: startRecord{RequestID: inv.RequestID, Version: fn.Version}}
}

func endEvent(requestID string) platformEvent {
	return platformEvent{kind: "platform.end", line: endLine(requestID), textOnly: true, logsRecord: startRecord{RequestID: requestID}}
}

// faultEvent is what went wrong around a function, in words.
func faultEvent(line string) platformEvent {
	return platformEvent{kind: "platform.fault", line: line, textOnly: true, logsRecord: strings.TrimSpace(line)}
}

func extensionEvent(x runtimeapi.Extension) platformEvent {
	record := extensionRecord{x.Name, "Ready", append([]string{}, x.Events...)}
	return platformEvent{kind: "platform.extension", record: record, logsRecord: record, level: levelInfo,
		line: fmt.Sprintf("EXTENSION\tName: %s\tState: Ready\tEvents: [%s]\n", x.Name, strings.Join(x.Events, ","))}
}

func subscribedEvent(s runtimeapi.Subscription, again bool) platformEvent {
	record := subscriptionRecord{s.Extension, "Subscribed", s.Types}
	if again {
		record.State = "Already subscribed"
	}
	var titles []string
	for _, t := range s.Types {
		titles = append(titles, strings.ToUpper(t[:1])+t[1:])
	}
	line := fmt.Sprintf("\tName: %s\tState: %s\tTypes: [%s]\n", record.Name, record.State, strings.Join(titles, ", "))
	if s.Logs {
		return platformEvent{kind: "platform.logsSubscription", level: levelInfo, logsRecord: record, line: "LOGS" + line}
	}
	return platformEvent{kind: "platform.telemetrySubscription", level: levelInfo, record: record, line: "TELEMETRY" + line}
}

func droppedEvent(records, bytes int) platformEvent {
	record := droppedRecord{"Consumer seems to have fallen behind as it has not acknowledged receipt of logs.", records, bytes}
	return platformEvent{kind: "platform.logsDropped", level: levelWarn, record: record, logsRecord: record}
}

// event is the report as those get it who subscribe.
func (r report) event() platformEvent {
	record := reportRecord{RequestID: r.requestID, Status: r.outcome, ErrorType: r.errorType, Metrics: reportMetrics{
		DurationMs: thousandths(r.duration), BilledDurationMs: r.billedMs(), MemorySizeMB: r.memoryMB, MaxMemoryUsedMB: r.usedMB,
		InitDurationMs: thousandths(r.init),
	}}
	old := record
	old.Status, old.ErrorType = "", ""
	return platformEvent{kind: "platform.report", line: r.String(), level: levelOf(r.outcome, levelInfo), record: record, logsRecord: old}
}

// done is the end of the runtime's work on an event.
type done struct {
	requestID         string
	status, errorType string
	start, begun      time.Time // of the event, of its answer; begun is zero if there was none
	answered, asked   time.Time // the answer was complete, the next event was asked for
	bytes             int       // of the answer
}

func (d done) event() platformEvent {
	record := runtimeDoneRecord{RequestID: d.requestID, Status: d.status, ErrorType: d.errorType,
		Metrics: &runtimeDoneMetrics{thousandths(d.asked.Sub(d.start)), int64(d.bytes)}}
	if !d.begun.IsZero() {
		record.Spans = []span{
			newSpan("responseLatency", d.start, d.begun), newSpan("responseDuration", d.begun, d.answered),
			newSpan("runtimeOverhead", d.answered, d.asked),
		}
	}
	return platformEvent{kind: "platform.runtimeDone", level: levelOf(d.status, levelDebug), record: record, newLogs: true,
		logsRecord: runtimeDoneRecord{RequestID: d.requestID, Status: d.status}}
}

func newSpan(name string, from, to time.Time) span {
	return span{name, isoTime(from), thousandths(to.Sub(from))}
}

func isoTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// thousandths are milliseconds with three digits.
func thousandths(d time.Duration) float64 { return math.Round(float64(d)/1e3) / 1e3 }

// envelope is an event as it is sent.
func envelope(at time.Time, kind string, record any) []byte {
	data, err := json.Marshal(struct {
		Time   string `json:"time"`
		Type   string `json:"type"`
		Record any    `json:"record"`
	}{isoTime(at), kind, record})
	if err != nil {
		panic(err) // strings and numbers always marshal
	}
	return data
}

// wants tells whether a subscription is to hear of events of a type.
func wants(s *runtimeapi.Subscription, kind string) bool {
	kind, _, _ = strings.Cut(kind, ".")
	return slices.Contains(s.Types, kind)
}
