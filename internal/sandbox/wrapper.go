package sandbox

import (
	"errors"
	"fmt"
	"syscall"

	"cloudless/internal/sandbox/driver"
)

// execWrapper is the variable in which a function names a program that starts
// its runtime, whose command line it is given.
const execWrapper = "AWS_LAMBDA_EXEC_WRAPPER"

// wrapper is what starts the runtime of an environment, or empty.
func (e *environment) wrapper() string {
	if !e.program.Runtime.Wrapped() {
		return ""
	}
	return e.fn.Environment[execWrapper]
}

// wrapped makes of the error of a start that of a wrapper, if there is one.
func (e *environment) wrapped(wrapper string, err error) error {
	broken, ok := errors.AsType[*driver.StartError](err)
	if !ok || wrapper == "" {
		return err
	}
	e.out.add(fmt.Sprintf("/var/runtime/bootstrap: %s: %s\n", wrapper, broken.Reason))
	return &wrapperError{broken.Reason}
}

// wrapperError says that a function's wrapper cannot be started. On Lambda it is a
// shell that would start it, whose end is all that is seen of that.
type wrapperError struct{ reason string }

func (e *wrapperError) Error() string { return "start the wrapper: " + e.reason }

// status is how a shell ends.
func (e *wrapperError) status() int {
	if e.reason == syscall.ENOENT.Error() {
		return 127
	}
	return 126
}
