// Command bench measures a server that speaks AWS's APIs, from outside.
//
//	go run ./bench                              # a cloudless of its own
//	go run ./bench -endpoint http://…:8000 -only dynamodb
//
// Each figure is taken beside that of a bare net/http server which reads the
// same requests and answers as many bytes, in the same run and in turn, so
// that the ratio of the two holds on a noisy machine.
//
//   - load.go:     the load generator: requests over so many connections;
//   - request.go:  requests, signed once and sent many times;
//   - server.go:   the servers: the bare one, and a cloudless of its own;
//   - dynamodb.go, functions.go: the profiles;
//   - report.go:   the table.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

// options are the flags.
type options struct {
	endpoint string
	id       string
	secret   string
	binary   string
	only     string
	rounds   int
	length   time.Duration
	bare     string
}

func main() {
	var o options
	flag.StringVar(&o.endpoint, "endpoint", "", "server to measure; by default a cloudless is started")
	flag.StringVar(&o.id, "key", "test", "access key")
	flag.StringVar(&o.secret, "secret", "test", "its secret")
	flag.StringVar(&o.binary, "binary", "bin/cloudless", "the cloudless to start")
	flag.StringVar(&o.only, "only", "", "dynamodb or functions; by default both")
	flag.IntVar(&o.rounds, "rounds", 5, "how often each figure is taken; the median counts")
	flag.DurationVar(&o.length, "length", 2*time.Second, "how long each takes")
	flag.StringVar(&o.bare, "bare", "", "be the bare server, on this address (the program starts itself so)")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.bare != "" {
		return serveBare(ctx, o.bare)
	}
	bare, stopBare, err := startBare(ctx)
	if err != nil {
		return err
	}
	defer stopBare()
	target := server{url: o.endpoint, id: o.id, secret: o.secret}
	if o.endpoint == "" {
		var stop func()
		if target, stop, err = startCloudless(ctx, o); err != nil {
			return err
		}
		defer stop()
	}
	var rows []row
	for _, suite := range []struct {
		name     string
		profiles func(context.Context, server) ([]profile, error)
	}{{"dynamodb", dynamodbProfiles}, {"functions", functionProfiles}} {
		if o.only != "" && o.only != suite.name {
			continue
		}
		profiles, err := suite.profiles(ctx, target)
		if err != nil {
			return fmt.Errorf("%s: %w", suite.name, err)
		}
		for _, p := range profiles {
			r, err := measure(ctx, o, p, target, bare)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			rows = append(rows, r)
		}
	}
	return report(os.Stdout, rows)
}
