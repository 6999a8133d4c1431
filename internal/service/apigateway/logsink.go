package apigateway

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"

	"cloudless/internal/api"
	"cloudless/internal/storage/kv"
)

// Logs is where the logs of stages go.
type Logs interface {
	// Append adds events to a stream of a log group, in the name of the role,
	// and makes group and stream if they are missing and the role may.
	Append(ctx context.Context, from Source, group, stream string, events []LogEvent) error
}

// LogEvent is a line of a log.
type LogEvent struct {
	Time    time.Time
	Message string
}

const (
	logPause   = time.Second // how often lines are written
	maxPending = 20_000      // lines that wait; what comes on top is lost
	maxAppend  = 1_000       // lines that are written at once
)

// logSink gathers lines until they are written.
type logSink struct {
	mu      sync.Mutex
	pending map[logStream][]LogEvent // guarded by mu
	lines   int                      // guarded by mu
	lost    int                      // guarded by mu
}

// logStream is where lines go.
type logStream struct {
	account, region string
	group, stream   string
}

func (l *logSink) add(to logStream, events ...LogEvent) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lines+len(events) > maxPending {
		l.lost += len(events)
		return
	}
	if l.pending == nil {
		l.pending = map[logStream][]LogEvent{}
	}
	l.pending[to] = append(l.pending[to], events...)
	l.lines += len(events)
}

// take returns all that waits, and how much was lost.
func (l *logSink) take() (map[logStream][]LogEvent, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	pending, lost := l.pending, l.lost
	l.pending, l.lines, l.lost = nil, 0, 0
	return pending, lost
}

// Run writes the logs of stages until ctx ends, and then what is left.
func (s *Service) Run(ctx context.Context) error {
	for {
		select {
		case <-s.clock.After(logPause):
			s.writeLogs(ctx)
		case <-ctx.Done():
			rest, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			s.writeLogs(rest)
			return nil
		}
	}
}

// writeLogs writes what waits, in the names of the roles that the accounts have
// for it. Lines that cannot be written are lost, as on AWS.
func (s *Service) writeLogs(ctx context.Context) {
	pending, lost := s.sink.take()
	if lost > 0 {
		s.log.WarnContext(ctx, "lines of logs were lost", "lines", lost)
	}
	for to, events := range pending {
		role, err := s.logRole(ctx, &api.Call{Account: to.account, Region: to.region})
		for len(events) > 0 && err == nil && role != "" {
			n := min(len(events), maxAppend)
			err = s.logs.Append(ctx, Source{Account: to.account, Region: to.region, Role: role}, to.group, to.stream, events[:n])
			events = events[n:]
		}
		if err != nil {
			s.log.WarnContext(ctx, "log of a stage not written", "group", to.group, "err", err)
		}
	}
}

// logRole returns the role that an account has for the logs of its APIs, or "".
func (s *Service) logRole(ctx context.Context, call *api.Call) (string, error) {
	a, err := view(ctx, s, func(r kv.Reader) (*account, error) { return findAccount(r, call) })
	if err != nil {
		return "", err
	}
	return deref(a.CloudwatchRoleArn), nil
}

// writeLogsOf hands the lines about a call over that its stage wants.
func (s *Service) writeLogsOf(x *exchange, w *logged) {
	d := x.deployed
	to := logStream{account: d.account, region: d.region, stream: d.logStream()}
	if l := d.accessLog; l != nil && groupOf(deref(l.DestinationArn)) != "" && deref(l.Format) != "" {
		line := LogEvent{x.now(), x.accessLine(*l.Format, w)}
		for _, to.group = range d.logGroups(groupOf(*l.DestinationArn)) {
			s.sink.add(to, line)
		}
	}
	if x.log == nil {
		return
	}
	setting, _ := d.settingFor(x.route.path, x.request.Method, deref(x.method.HttpMethod))
	var events []LogEvent
	for _, line := range x.log.lines {
		if wantsLine(deref(setting.LoggingLevel), deref(setting.DataTraceEnabled), line.kind) {
			events = append(events, LogEvent{line.at, "(" + x.call.RequestID + ") " + line.text})
		}
	}
	if len(events) == 0 {
		return
	}
	for _, to.group = range d.logGroups("API-Gateway-Execution-Logs_" + d.apiID + "/" + d.stage) {
		s.sink.add(to, events...)
	}
}

// wantsLine tells which lines a level of logging has.
func wantsLine(level string, trace bool, kind lineKind) bool {
	switch kind {
	case aboutFailure:
		return level != "OFF"
	case aboutContent:
		return level == "INFO" && trace
	}
	return level == "INFO"
}

// logStream names the stream of a stage. AWS has many for each, with such
// names.
func (d *deployed) logStream() string {
	sum := sha256.Sum256([]byte(d.apiID + "/" + d.stage))
	return hex.EncodeToString(sum[:16])
}

// logs reports whether the stage has a log for a call, and lets the call take
// notes where it wants them.
func (d *deployed) logs(x *exchange) bool {
	if x.method != nil {
		setting, _ := d.settingFor(x.route.path, x.request.Method, deref(x.method.HttpMethod))
		if level := deref(setting.LoggingLevel); level == "INFO" || level == "ERROR" {
			x.log = &executionLog{now: x.now}
		}
	}
	return x.log != nil || d.accessLog != nil
}
