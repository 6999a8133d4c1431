package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"cloudless/internal/client"
)

func newRun(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "run -- COMMAND [ARGUMENT...]",
		Short: "Run a command whose AWS clients talk to the server",
		Long: `Run a command in the environment that points AWS clients at the running server.
Its exit code is the command's.`,
		Example: `  cloudless run -- aws dynamodb list-tables
  cloudless run -- python app.py`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usageError{errors.New("run: which command?")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			s, key, err := o.connect()
			if err != nil {
				return err
			}
			return runCommand(cmd.Context(), s, key, args)
		},
	}
}

func runCommand(ctx context.Context, s client.Server, key client.Key, args []string) error {
	if filepath.Base(args[0]) == "aws" && !cliHonoursEndpointURL(ctx) {
		args = slices.Insert(slices.Clone(args), 1, "--endpoint-url", s.URLs[0])
	}
	c := exec.CommandContext(ctx, args[0], args[1:]...)
	c.Env = client.Apply(os.Environ(), client.Environment(s, key))
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	// A Ctrl-C reaches the command too, and it decides what that means.
	signal.Ignore(os.Interrupt, syscall.SIGQUIT)
	defer signal.Reset(os.Interrupt, syscall.SIGQUIT)
	return c.Run()
}
