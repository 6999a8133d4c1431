package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"cloudless/internal/client"
)

// options are the flags that all subcommands share.
type options struct {
	dataDir string
	json    bool
}

func newRoot() *cobra.Command {
	o := &options{}
	root := &cobra.Command{
		Use:   "cloudless",
		Short: "The serverless back end of AWS, on your own machine",
		Long: `cloudless is API Gateway, Lambda, DynamoDB, IAM, STS, S3 and CloudWatch Logs in
one program. It speaks AWS's own APIs, so the AWS CLI and the SDKs work against it
unmodified.

  cloudless start                        # in one terminal
  cloudless run -- aws s3 mb s3://photos # in another

Data lies in the data directory, durable before it is acknowledged. The root key
of an installation is in there too; on loopback addresses the key test/test is
root as well.`,
		Version: versionLine(), // of the flag --version, which many try first
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if o.dataDir == "" { // a variable that was never set, most likely
				return wrongUsage(cmd, errors.New(`--data names no directory; ":memory:" keeps nothing`))
			}
			return nil
		},
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetVersionTemplate("{{.Version}}\n")
	flags := root.PersistentFlags()
	flags.StringVar(&o.dataDir, "data", defaultDataDir(), `data directory, or ":memory:" to keep nothing; CLOUDLESS_DATA names another default`)
	flags.BoolVar(&o.json, "json", false, "print JSON instead of text for people")
	root.AddCommand(
		newStart(o), newEnv(o), newRun(o), newTakeOver(), newStatus(o), newLogs(o), newDoctor(o), newRuntime(o), newVersion(o),
	)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return wrongUsage(cmd, plain(err)) })
	checkArguments(root)
	return root
}

// plain takes Go's words out of the refusal of a flag that is no number.
func plain(err error) error {
	no, ok := errors.AsType[*strconv.NumError](err)
	if !ok {
		return err
	}
	return fmt.Errorf("%sit takes a whole number", strings.TrimSuffix(err.Error(), no.Error()))
}

// checkArguments lets cmd and those below it refuse wrong arguments as wrong
// usage. Commands that only group others know their names.
func checkArguments(cmd *cobra.Command) {
	cmd.DisableFlagsInUseLine = true
	cmd.SuggestionsMinimumDistance = 2
	switch {
	case cmd.Name() == "help":
		cmd.Args = func(help *cobra.Command, args []string) error {
			about, rest, _ := help.Root().Find(args)
			return knownCommand(about, rest)
		}
	case !cmd.Runnable():
		cmd.Args = knownCommand
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				return wrongUsage(cmd, err)
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		checkArguments(sub)
	}
}

func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("there is no command %q", args[0])
	if like := cmd.SuggestionsFor(args[0]); len(like) > 0 {
		return fmt.Errorf("%w; did you mean %s?", err, strings.Join(like, " or "))
	}
	return err
}

// defaultDataDir is where the XDG base directory specification puts the data
// of a user's program, unless CLOUDLESS_DATA says otherwise.
func defaultDataDir() string {
	if dir := os.Getenv("CLOUDLESS_DATA"); dir != "" {
		return dir
	}
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "cloudless")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "cloudless-data"
	}
	return filepath.Join(home, ".local", "share", "cloudless")
}

// runtimesDir is where runtime packs are kept. They are fetched, not made, so
// all data directories of a user share them.
func runtimesDir() string {
	if dir := os.Getenv("CLOUDLESS_RUNTIMES"); dir != "" {
		return dir
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return filepath.Join(cache, "cloudless", "runtimes")
}

// connect finds the server that the options name, and whether it answers. One
// that keeps nothing cannot tell of itself, so it is taken to be at the default
// address.
func (o *options) connect(ctx context.Context) (client.Server, client.Key, error) {
	s, key := client.Server{URLs: []string{"http://" + defaultListen}, Region: defaultRegion}, client.WellKnownKey
	if o.dataDir != client.Memory {
		var err error
		s, key, err = client.Find(o.dataDir)
		if errors.Is(err, fs.ErrPermission) {
			return s, key, fmt.Errorf("the data directory %s belongs to another user", o.dataDir)
		}
		if err != nil {
			return s, key, err
		}
	}
	return s, key, s.Reach(ctx)
}
