package sandbox

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/runtime"
	"cloudless/internal/sandbox/runtimeapi"
)

// failure is how an invocation went wrong.
type failure struct {
	outcome   string // such as statusTimeout
	errorType string
	payload   []byte // what the caller gets
	logLine   string // what the log gets beside START, END and REPORT, or empty
	status    string // what the REPORT line says of it, or empty

	outOfMemory bool
}

// told is the JSON of a failure that the platform describes.
type told struct {
	ErrorType    string `json:"errorType,omitempty"`
	ErrorMessage string `json:"errorMessage"`
}

// failed makes a failure in the platform's own words.
func failed(errorType, message string) failure {
	payload, err := json.Marshal(told{errorType, message})
	if err != nil {
		panic(err) // two strings always marshal
	}
	return failure{outcome: statusError, errorType: errorType, payload: payload}
}

// told is what those hear of it who have subscribed: of a timeout no type.
func (f *failure) told() (status, errorType string) {
	if f.outcome == statusTimeout {
		return f.outcome, ""
	}
	return f.outcome, reportedType(f.errorType)
}

// lambdasType are the types of errors that Lambda reports by their names, as its
// emulator has it.
var lambdasType = regexp.MustCompile(`(Runtime|Function|Extension|Sandbox)\.[A-Z][a-zA-Z]+`)

// maxErrorType is the longest of them, and more.
const maxErrorType = 256

// reportedType is what reports have for the type of an error: a runtime may name any,
// and what is none of Lambda's own is unknown there.
func reportedType(errorType string) string {
	switch {
	case len(errorType) <= maxErrorType && lambdasType.MatchString(errorType):
		return errorType
	case strings.HasPrefix(errorType, "Function."):
		return "Function.Unknown"
	}
	return "Runtime.Unknown"
}

// timedOut is the failure of a function that took too long. Runtimes of our days
// are told with a type, older ones with the time and no type: both were seen.
func timedOut(era runtime.Era, requestID string, now time.Time, timeout time.Duration) failure {
	message := fmt.Sprintf("Task timed out after %.2f seconds", timeout.Seconds())
	line := fmt.Sprintf("%s %s %s", now.UTC().Format("2006-01-02T15:04:05.000Z"), requestID, message)
	var f failure
	if era == runtime.Current {
		f = failed("Sandbox.Timedout", fmt.Sprintf("RequestId: %s Error: %s", requestID, message))
		f.status = "Status: timeout"
	} else {
		f = failed("", line)
	}
	f.logLine, f.outcome = line+"\n\n", statusTimeout
	return f
}

// exited is the failure of a function whose process ended.
func exited(era runtime.Era, requestID string, exit driver.Exit) failure {
	if era == runtime.Early {
		line := fmt.Sprintf("RequestId: %s Process exited before completing request", requestID)
		f := failed("", line)
		f.logLine, f.outcome = line+"\n\n", statusFailure
		return f
	}
	errorType := "Runtime.ExitError"
	if exit.OutOfMemory && era == runtime.Current {
		errorType = "Runtime.OutOfMemory"
	}
	message := fmt.Sprintf("RequestId: %s Error: %s", requestID, exitReason(exit))
	f := failed(errorType, message)
	f.logLine, f.outcome, f.outOfMemory = message+"\n"+errorType+"\n", statusFailure, exit.OutOfMemory
	if era == runtime.Current {
		f.status = "Status: error\tError Type: " + errorType
	}
	return f
}

// notStarted is the failure of a function whose program cannot be started. The
// runtime of Go told it as the error of Go's that it was.
func notStarted(r runtime.Runtime, requestID, reason string) failure {
	if r.Family == runtime.Go {
		f := failed("PathError", reason)
		f.logLine = reason + ": PathError\nnull\n"
		return f
	}
	return broken(r.Era, requestID, "Runtime.InvalidEntrypoint", reason)
}

// brokenExtension is the failure of a function that lost one of its extensions.
func brokenExtension(era runtime.Era, requestID string, b runtimeapi.Breakage) failure {
	return broken(era, requestID, b.Type, b.Detail)
}

// broken is a failure of what is around the function.
func broken(era runtime.Era, requestID, errorType, reason string) failure {
	message := fmt.Sprintf("RequestId: %s Error: %s", requestID, reason)
	f := failed(errorType, message)
	f.logLine = message + "\n" + errorType + "\n"
	if era == runtime.Current {
		f.status = "Status: error\tError Type: " + errorType
	}
	return f
}

// exitReason says how a process ended, as Lambda says it.
func exitReason(exit driver.Exit) string {
	switch {
	case exit.Signal != 0:
		return "Runtime exited with error: signal: " + exit.Signal.String()
	case exit.Code != 0:
		return fmt.Sprintf("Runtime exited with error: exit status %d", exit.Code)
	}
	return "Runtime exited without providing a reason"
}

// answered makes a failure of what the runtime said, or nil of a success.
func answered(o runtimeapi.Outcome) *failure {
	switch {
	case o.TooLarge && o.Streamed:
		return new(failed("Function.ResponseSizeTooLarge",
			fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", runtimeapi.MaxStreamBytes)))
	case o.TooLarge:
		return new(failed("Function.ResponseSizeTooLarge",
			fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", runtimeapi.MaxPayloadBytes)))
	case o.Failed:
		return &failure{outcome: statusError, errorType: o.ErrorType, payload: o.Payload}
	}
	return nil
}
