package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"cloudless/internal/client"
)

// The exit codes of a command that could not be run, as shells have them.
const (
	exitCannotRun = 126
	exitNotFound  = 127
)

func newRun(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run -- COMMAND [ARGUMENT...]",
		Short: "Run a command whose AWS clients talk to the server",
		Long: `Run a command in the environment that points AWS clients at the running server.
The command takes the place of this process: signals reach it, and its exit code
is its own, or 127 if it is not found and 126 if it cannot be run.`,
		Example: `  cloudless run -- aws dynamodb list-tables
  cloudless run -- python app.py`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("which command?")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			s, key, err := o.connect(cmd.Context())
			if err != nil {
				return err
			}
			return become(withEndpoint(args, s), client.Apply(os.Environ(), client.Environment(s, key, os.Environ())))
		},
	}
	cmd.Flags().SetInterspersed(false) // what follows the command is the command's
	return cmd
}

// withEndpoint gives the AWS CLI its endpoint as an option, since not every
// version reads AWS_ENDPOINT_URL, and to ask it for its version takes longer
// than most calls.
func withEndpoint(args []string, s client.Server) []string {
	if filepath.Base(args[0]) != "aws" {
		return args
	}
	return slices.Insert(slices.Clone(args), 1, "--endpoint-url", s.URLs[0])
}

// become puts a command in the place of this process. It returns only if that
// fails.
func become(args, env []string) error {
	path, err := exec.LookPath(args[0])
	if err != nil {
		code := exitNotFound
		if errors.Is(err, fs.ErrPermission) {
			code = exitCannotRun
		}
		return &exitError{code, fmt.Errorf("run: %w", err)}
	}
	return &exitError{exitCannotRun, fmt.Errorf("run %s: %w", path, syscall.Exec(path, args, env))}
}
