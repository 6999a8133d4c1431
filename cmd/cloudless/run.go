package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"cloudless/internal/client"
	"cloudless/internal/reroute"
)

// The exit codes of a command that could not be run, as shells have them.
const (
	exitCannotRun = 126
	exitNotFound  = 127
)

// systemWgetrc is the variable in which wget finds the name of a file of settings.
const systemWgetrc = "SYSTEM_WGETRC"

func newRun(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run -- COMMAND [ARGUMENT...]",
		Short: "Run a command for which AWS is the server",
		Long: `Run a command that finds the running server wherever it looks for AWS: by its
environment (keys, region, endpoint), and on Linux by AWS's own names too, such as
https://s3.amazonaws.com or https://{api}.execute-api.us-east-1.amazonaws.com, with
certificates that curl, wget, Python, Node, Ruby, Java, Go and AWS's clients trust. Its
network is otherwise the machine's. Programs built with musl resolve names in a way that is
not seen. A command of who is not root cannot become root (by sudo).

Signals reach the command, and its exit code is that of this one, or 127 if it is not
found and 126 if it cannot be run.`,
		Example: `  cloudless run -- aws dynamodb list-tables
  cloudless run -- curl https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod/
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
			if err := runRerouted(s, key, args); !errors.Is(err, reroute.ErrUnsupported) {
				return err
			}
			return become(withEndpoint(args, s), client.Apply(os.Environ(), client.Environment(s, key, os.Environ())))
		},
	}
	cmd.Flags().SetInterspersed(false) // what follows the command is the command's
	return cmd
}

// runRerouted runs a command for which AWS's names lead to s, and returns when
// it has ended.
func runRerouted(s client.Server, key client.Key, args []string) error {
	address, err := s.Address()
	if err != nil || s.CAFile == "" {
		return reroute.ErrUnsupported // a server of which we know no more than its URL
	}
	path, err := find(args[0])
	if err != nil {
		return err
	}
	trust, err := reroute.Trust(s.CAFile)
	if err != nil {
		return err
	}
	cmd := &exec.Cmd{Path: path, Args: args, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	wgetrc, err := reroute.Wgetrc(trust, os.Getenv(systemWgetrc))
	if err != nil {
		return err
	}
	vars := append(client.Rerouted(s, key, trust, os.Environ()), client.Var{Name: systemWgetrc, Value: &wgetrc})
	cmd.Env = client.Apply(os.Environ(), vars)
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGUSR1, syscall.SIGUSR2)
	defer signal.Stop(signals)
	supervision, err := reroute.Start(cmd, address, trust)
	if errors.Is(err, reroute.ErrUnsupported) {
		return err
	}
	if err != nil {
		return &exitError{exitCannotRun, fmt.Errorf("run %s: %w", path, err)}
	}
	go passOn(signals, cmd.Process)
	ended := cmd.Wait()
	if err := handOver(supervision, address, trust); err != nil {
		fmt.Fprintf(os.Stderr, "cloudless: what %s has left running can connect to nothing: %v\n", args[0], err)
	}
	return exitOf(ended)
}

// passOn passes signals on to a command. Those of a terminal's keys it has got
// itself.
func passOn(signals <-chan os.Signal, to *os.Process) {
	terminal, err := os.Open("/dev/tty")
	if err == nil {
		defer terminal.Close()
	}
	for sig := range signals {
		if err == nil && (sig == syscall.SIGINT || sig == syscall.SIGQUIT) {
			continue
		}
		_ = to.Signal(sig) // it may just have ended
	}
}

// exitOf returns the end of a command as ours. A signal that ended it ends this
// process too, so that a shell sees no difference.
func exitOf(err error) error {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return err
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		signal.Reset()
		_ = syscall.Kill(os.Getpid(), status.Signal())
		time.Sleep(time.Second) // it comes to another thread
		return &exitError{code: 128 + int(status.Signal())}
	}
	return &exitError{code: exit.ExitCode()}
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

// find returns where a command is.
func find(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		code := exitNotFound
		if errors.Is(err, fs.ErrPermission) {
			code = exitCannotRun
		}
		return "", &exitError{code, fmt.Errorf("run: %w", err)}
	}
	return path, nil
}

// become puts a command in the place of this process. It returns only if that
// fails.
func become(args, env []string) error {
	path, err := find(args[0])
	if err != nil {
		return err
	}
	return &exitError{exitCannotRun, fmt.Errorf("run %s: %w", path, syscall.Exec(path, args, env))}
}
