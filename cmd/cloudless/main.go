// Command cloudless is the serverless back end of AWS on your own machine.
//
// Each subcommand is one file: start.go runs the server; env.go and run.go
// point AWS clients at it; status.go, logs.go, doctor.go and runtime.go look at
// it and at the machine. Flags and environment are read here and nowhere else;
// how any part works is package app's business.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"cloudless/internal/app"
)

// version is set by the linker for releases.
var version = "0.1.0-dev"

func main() {
	app.MaybeInit()
	os.Exit(run(os.Args[1:]))
}

// run returns the exit code: 0, 1 for a failure, 2 for wrong usage, or that of
// the command that "cloudless run" ran.
func run(args []string) int {
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(context.Background())
	if err == nil {
		return 0
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	fmt.Fprintln(os.Stderr, "cloudless:", err)
	if _, ok := errors.AsType[usageError](err); ok {
		return 2
	}
	return 1
}

// usageError is a wrong use of the command line.
type usageError struct{ error }
