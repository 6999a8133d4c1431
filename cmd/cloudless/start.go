package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"cloudless/internal/app"
	"cloudless/internal/client"
)

const (
	defaultListen  = "127.0.0.1:4566"
	defaultRegion  = "us-east-1"
	defaultAccount = "000000000000"

	// drainTime is how long a stopping server waits for the calls under way.
	drainTime = 25 * time.Second
)

func newStart(o *options) *cobra.Command {
	cfg := app.Config{}
	var logLevel string
	cmd := &cobra.Command{
		Use:   "start",
		Short: "Run the server",
		Long: `Run the server until it is told to stop.

SIGTERM or Ctrl-C lets the calls under way end, then stops; a second signal stops
at once. What was acknowledged is on disk either way.`,
		Example: `  cloudless start
  cloudless start --listen 127.0.0.1:4566 --listen [::1]:4566
  cloudless start --data :memory:
  cloudless start --tls`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var level slog.Level
			if err := level.UnmarshalText([]byte(logLevel)); err != nil {
				return wrongUsage(cmd, fmt.Errorf("--log-level is debug, info, warn or error, not %q", logLevel))
			}
			if err := cfg.Check(); err != nil {
				return wrongUsage(cmd, err)
			}
			cfg.DataDir, cfg.Version, cfg.RuntimesDir = o.dataDir, version, runtimesDir()
			if cfg.Spares <= 0 {
				cfg.Spares = -1 // 0 is the default there
			}
			cfg.Log = newLogger(os.Stderr, level, o.json)
			return start(cmd.Context(), cfg, o.json)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&cfg.Listen, "listen", []string{defaultListen}, "address to listen on; may be given again")
	flags.BoolVar(&cfg.TLS, "tls", false, "serve HTTPS alone, with certificates of a local authority, and no plain HTTP on the same port")
	flags.StringVar(&cfg.Region, "region", defaultRegion, "region of requests that name none")
	flags.StringVar(&cfg.Account, "account", defaultAccount, "number of the account, 12 digits")
	flags.StringArrayVar(&cfg.Origins, "allow-origin", nil, "origin of web pages that may call AWS APIs here, beside those of this machine; may be given again")
	flags.StringVar(&cfg.UserPools, "user-pools", "", "URL below which the user pools are that sign Cognito's tokens (default AWS's own)")
	flags.Int64Var(&cfg.CacheBytes, "cache-bytes", defaultCacheBytes(), "memory for what the store has read; by default a sixteenth of the machine's, from 64 MiB to 2 GiB")
	flags.BoolVar(&cfg.Unthrottled, "unthrottled", false, "let DynamoDB's tables give more than what is provisioned, and deployed APIs be called faster than AWS lets an account")
	flags.IntVar(&cfg.Spares, "spares", 3, "how many environments may wait, with a runtime loaded, for a function to come; 0: none")
	flags.StringVar(&logLevel, "log-level", "warn", "debug, info (a line for each request), warn or error")
	return cmd
}

func newLogger(w io.Writer, level slog.Level, asJSON bool) *slog.Logger {
	opts := &slog.HandlerOptions{Level: level, ReplaceAttr: errorText}
	if asJSON {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

// errorText logs an error as what it says. As text slog would ask for all that it
// knows, which of errors of the store is pages of stacks.
func errorText(_ []string, a slog.Attr) slog.Attr {
	if err, ok := a.Value.Any().(error); ok {
		a.Value = slog.StringValue(err.Error())
	}
	return a
}

// start runs the server until a signal or a failure ends it.
func start(ctx context.Context, cfg app.Config, asJSON bool) error {
	tune(cfg.CacheBytes)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)

	a, err := app.Start(ctx, cfg)
	if err != nil {
		return err
	}
	greet(a, asJSON)
	select {
	case <-signals:
	case err = <-a.Failed():
	}
	fmt.Fprintln(os.Stderr, "cloudless: stopping (once more to stop at once)")
	drain, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	go func() {
		<-signals
		fmt.Fprintln(os.Stderr, "cloudless: stopped at once")
		os.Exit(1)
	}()
	if stopped := a.Shutdown(drain); err == nil {
		err = stopped
	}
	return err
}

// greet prints where the server is and how to use it.
func greet(a *app.App, asJSON bool) {
	if asJSON {
		printJSON(os.Stdout, a.Server)
		return
	}
	fmt.Printf("cloudless %s is ready at %s (account %s, region %s)\n", version, a.Server.URLs[0], a.Server.Account, a.Server.Region)
	for _, url := range a.Server.URLs[1:] {
		fmt.Printf("  and at %s\n", url)
	}
	if a.DataDir == client.Memory {
		fmt.Printf("  nothing is kept: the data is gone when the server stops\n")
	} else {
		fmt.Printf("  data in %s\n", a.DataDir)
	}
	if a.Server.CAFile != "" {
		fmt.Printf("  certificates are signed by %s\n", a.Server.CAFile)
	}
	fmt.Printf(`
Use it from another terminal:
  cloudless run -- aws dynamodb list-tables   one command against this server
  eval "$(cloudless env)"                     or a whole shell
A deployed API answers at %s
On loopback addresses the access key test with the secret test is root.
`, a.ExecuteURL("{api-id}", "{stage}"))
}
