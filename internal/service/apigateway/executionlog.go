package apigateway

import (
	"fmt"
	"strings"
	"time"

	"cloudless/internal/clock"
)

// executionLog tells how a call went, as AWS tells it to whoever tests a method
// or an authorizer. A nil one takes no notes.
type executionLog struct {
	clock clock.Clock
	text  strings.Builder
}

func newExecutionLog(c clock.Clock, requestID string) *executionLog {
	l := &executionLog{clock: c}
	l.text.WriteString("Execution log for request " + requestID + "\n")
	return l
}

// note adds a line.
func (l *executionLog) note(format string, args ...any) {
	if l == nil {
		return
	}
	l.text.WriteString(l.clock.Now().UTC().Format("Mon Jan 02 15:04:05 MST 2006") + " : ")
	fmt.Fprintf(&l.text, format, args...)
	l.text.WriteByte('\n')
}

func (l *executionLog) String() string { return l.text.String() }

// since is the time that has passed, in milliseconds.
func (l *executionLog) since(t time.Time) int64 { return l.clock.Now().Sub(t).Milliseconds() }
