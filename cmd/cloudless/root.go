package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

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
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	flags := root.PersistentFlags()
	flags.StringVar(&o.dataDir, "data", defaultDataDir(), `data directory, or ":memory:" to keep nothing`)
	flags.BoolVar(&o.json, "json", false, "print JSON instead of text for people")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(
		newStart(o), newEnv(o), newRun(o), newStatus(o), newLogs(o), newDoctor(o), newRuntime(o), newVersion(o),
	)
	return root
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

// connect finds the server that the options name. One that keeps nothing
// cannot tell of itself, so it is taken to be at the default address.
func (o *options) connect() (client.Server, client.Key, error) {
	if o.dataDir == client.Memory {
		return client.Server{URLs: []string{"http://" + defaultListen}, Region: defaultRegion}, client.WellKnownKey, nil
	}
	s, key, err := client.Find(o.dataDir)
	if errors.Is(err, fs.ErrPermission) {
		return s, key, errors.New("the data directory belongs to another user")
	}
	return s, key, err
}
