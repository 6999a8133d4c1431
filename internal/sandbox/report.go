package sandbox

import (
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"time"

	"cloudless/internal/clock"
)

// startLine, endLine and report are what Lambda adds to a function's log.

func initStartLine(e *environment) string {
	return fmt.Sprintf("INIT_START Runtime Version: %s\tRuntime: %s\n", e.program.Runs, e.fn.Runtime)
}

// initReportLine is there only of a start that went wrong. The line knows no status
// but timeout and error.
func initReportLine(took time.Duration, phase, status, errorType string) string {
	line := fmt.Sprintf("INIT_REPORT Init Duration: %.2f ms\tPhase: %s\tStatus: ", milliseconds(took), phase)
	if status == statusTimeout {
		return line + statusTimeout + "\n"
	}
	return line + statusError + "\tError Type: " + errorType + "\n"
}

func startLine(requestID, version string) string {
	return fmt.Sprintf("START RequestId: %s Version: %s\n", requestID, version)
}

func endLine(requestID string) string { return fmt.Sprintf("END RequestId: %s\n", requestID) }

// report is the account of one invocation.
type report struct {
	requestID string
	duration  time.Duration
	init      time.Duration // 0 where the environment has worked already
	prepaid   bool          // init is not paid for with this invocation: the environment is provisioned
	memoryMB  int           // that the function may use
	usedMB    int           // the most it has used
	status    string        // how it failed, or empty; for the line
	outcome   string        // such as statusSuccess
	errorType string        // of Lambda's or the function's, or empty
}

// billedMs is the time that is paid for: whole milliseconds, rounded up, the
// loading of the function included, unless it was provisioned.
func (r report) billedMs() int64 {
	paid := r.duration
	if !r.prepaid {
		paid += r.init
	}
	return int64(math.Ceil(float64(paid) / float64(time.Millisecond)))
}

func (r report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "REPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %d ms\tMemory Size: %d MB\tMax Memory Used: %d MB\t",
		r.requestID, milliseconds(r.duration), r.billedMs(), r.memoryMB, r.usedMB)
	if r.init > 0 {
		fmt.Fprintf(&b, "Init Duration: %.2f ms\t", milliseconds(r.init))
	}
	if r.status != "" {
		b.WriteString(r.status)
	}
	b.WriteString("\n")
	return b.String()
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// newStreamName names the log stream of a new environment. In a group that is not
// the function's own, which others may share, it has the function's name.
func newStreamName(c clock.Clock, fn *Function) string {
	name := ""
	if fn.LogGroup != "/aws/lambda/"+fn.Name {
		name = fn.Name
	}
	return fmt.Sprintf("%s/%s[%s]%s", c.Now().Format("2006/01/02"), name, fn.Version, randomHex(c, 16))
}

// randomHex returns n random bytes in hexadecimal.
func randomHex(c clock.Clock, n int) string {
	b := make([]byte, n)
	if _, err := c.Read(b); err != nil {
		panic(err) // a clock's randomness never fails
	}
	return hex.EncodeToString(b)
}
