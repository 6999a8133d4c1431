// Command cloudless is the serverless back end of AWS on your own machine.
//
// Each subcommand is one file: start.go runs the server; env.go and run.go
// point AWS clients at it, the latter with takeover.go; status.go, logs.go (with
// tail.go), doctor.go, runtime.go and version.go look at it and at the machine.
// root.go and output.go hold what they share, tune.go the defaults that depend on the machine.
// Flags and environment are read here and nowhere else; how any part works is
// package app's business.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

// version is set by the linker for releases.
var version = "0.1.0-dev"

func main() {
	os.Exit(run(os.Args[1:]))
}

// run returns the exit code: 0, 1 for a failure, or 2 for wrong usage.
func run(args []string) int {
	root := newRoot()
	root.SetArgs(args)
	err := root.ExecuteContext(context.Background())
	if err == nil {
		return 0
	}
	exit, ok := errors.AsType[*exitError](err)
	if !ok || exit.err != nil {
		fmt.Fprintln(os.Stderr, "cloudless:", err)
	}
	if ok {
		return exit.code
	}
	return 1
}

// exitError is a failure that has an exit code of its own; without err it has
// been told already.
type exitError struct {
	code int
	err  error
}

// Error implements error.
func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

// Unwrap lets errors.Is see the failure itself.
func (e *exitError) Unwrap() error { return e.err }

// wrongUsage says what of the command line is wrong, and what would be right.
func wrongUsage(cmd *cobra.Command, err error) error {
	usage := cmd.UseLine()
	if cmd.HasSubCommands() {
		usage = cmd.CommandPath() + " COMMAND"
	}
	return &exitError{code: 2, err: fmt.Errorf("%w\nusage: %s\n%s --help tells more", err, usage, cmd.CommandPath())}
}
