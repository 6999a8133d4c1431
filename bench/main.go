// Command bench measures a server that speaks AWS's APIs, from outside.
//
//	go run ./bench                              # a cloudless of its own
//	go run ./bench -endpoint http://…:8000 -only dynamodb
//	go run ./bench -only engine,compare,growth,bulk,reopen
//
// Each figure is taken beside that of another server, in the same run and in
// turn, so that the ratio of the two holds on a noisy machine. The other one is
// a bare net/http server which reads the same requests and answers as many
// bytes, or Pebble alone, or another program that speaks DynamoDB.
//
// What is measured, by the name that -only takes:
//
//   - dynamodb.go:  items read and written, beside the bare server;
//   - functions.go: functions and the API in front of them, the same way;
//   - cold.go, coldway.go, coldcase.go: cold starts beside the bare interpreters;
//   - warm.go:      warm calls over more and more connections, beside an echo in Node;
//   - gateway.go:   deployed APIs, the same way;
//   - scale.go:     many functions that nobody calls, many environments at once;
//   - engine.go:    durable writes beside those of Pebble alone;
//   - compare.go, peers.go: the same requests to other programs;
//   - functionpeers.go: calls of the same function, by us and by others;
//   - growth.go:    a large table beside a small one, and the memory of a Scan;
//   - bulk.go, reopen.go: loading a table, and opening it after kill -9.
//
// What they share:
//
//   - load.go, lane.go: the load generator: servers in turns, each with
//     requests over so many connections;
//   - client.go, conn.go: the two clients that the connections are of;
//   - request.go: requests, signed once and sent many times;
//   - dataset.go, loader.go: the items, the requests for them, loading them;
//   - server.go, process.go: the servers, and what their processes use;
//   - report.go, machine.go: medians, the tables, where they were measured.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// options are the flags.
type options struct {
	endpoint    string
	id          string
	secret      string
	binary      string
	dir         string
	peers       peerFlags
	only        string
	rows        string
	client      string
	rounds      int
	length      time.Duration
	items       int
	large       int
	bulkItems   int
	reopenItems int
	bare        string
}

// suite is one of the things that -only names.
type suite struct {
	name string
	own  bool // it needs a server that it may start, fill and kill
	run  func(context.Context, *bench) (section, error)
}

func suites() []suite {
	return []suite{
		{"dynamodb", false, runDynamoDB},
		{"functions", false, runFunctions},
		{"warm", false, runWarm},
		{"cold", true, runCold},
		{"gateway", false, runGateway},
		{"scale", true, runScale},
		{"engine", true, runEngine},
		{"compare", false, runCompare},
		{"functionpeers", false, runFunctionPeers},
		{"growth", true, runGrowth},
		{"bulk", true, runBulk},
		{"reopen", true, runReopen},
	}
}

// simple are the suites that run when none is named: those of a minute.
const simple = "dynamodb,functions"

func main() {
	var o options
	flag.StringVar(&o.endpoint, "endpoint", "", "server to measure; by default a cloudless is started")
	flag.StringVar(&o.id, "key", "test", "access key")
	flag.StringVar(&o.secret, "secret", "test", "its secret")
	flag.StringVar(&o.binary, "binary", "bin/cloudless", "the cloudless to start")
	flag.StringVar(&o.dir, "dir", os.TempDir(), "where the servers keep their data: a directory on the disk to measure")
	flag.Var(&o.peers, "peer", "NAME=URL of a running server to compare with; may be given again")
	flag.StringVar(&o.only, "only", simple, "what to measure, with commas: "+strings.Join(names(), ", "))
	flag.StringVar(&o.rows, "rows", "", "of dynamodb, functions, warm, gateway and cold only the rows that match, such as 'PutItem.* 8 conn'")
	flag.StringVar(&o.client, "client", clientHTTP, "where the load comes from: http (the client of net/http) or lean (bare connections, which leave more of the cores to the server)")
	flag.IntVar(&o.rounds, "rounds", 5, "how often each figure is taken; the median counts")
	flag.DurationVar(&o.length, "length", 2*time.Second, "how long each takes")
	flag.IntVar(&o.items, "items", 10_000, "items in a table; the smaller table of growth has half of them")
	flag.IntVar(&o.large, "large", 5_000_000, "items in the larger table of growth")
	flag.IntVar(&o.bulkItems, "bulk-items", 1_000_000, "items that bulk loads")
	flag.IntVar(&o.reopenItems, "reopen-items", 2_000_000, "items in the table that reopen opens")
	flag.StringVar(&o.bare, "bare", "", "be the bare server, on this address (the program starts itself so)")
	flag.Parse()
	debug.SetGCPercent(400) // the requests of a round are many, and memory is cheaper here than the cores
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func names() (all []string) {
	for _, s := range suites() {
		all = append(all, s.name)
	}
	return all
}

// run measures what is asked for, and prints each table when it is there. It
// returns an error when an answer was not what it should be.
func run(ctx context.Context, o options) error {
	if o.bare != "" {
		return serveBare(ctx, o.bare)
	}
	wanted, err := choose(o)
	if err != nil {
		return err
	}
	b := &bench{options: o}
	if o.rows != "" {
		if b.rows, err = regexp.Compile(o.rows); err != nil {
			return err
		}
	}
	defer b.close()
	if err := b.startBare(ctx); err != nil {
		return err
	}
	fmt.Println(head(ctx, o))
	wrong := 0
	for _, s := range wanted {
		table, err := s.run(ctx, b)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if err := table.write(os.Stdout); err != nil {
			return err
		}
		wrong += table.errors
	}
	if wrong > 0 {
		return fmt.Errorf("%d requests failed or had a wrong answer; the tables tell where", wrong)
	}
	return nil
}

// choose returns the suites that are asked for, in their own order.
func choose(o options) (wanted []suite, err error) {
	asked := strings.Split(o.only, ",")
	for _, s := range suites() {
		if !slices.Contains(asked, s.name) {
			continue
		}
		if s.own && o.endpoint != "" {
			return nil, fmt.Errorf("%s needs a server of its own, not -endpoint", s.name)
		}
		wanted = append(wanted, s)
	}
	for _, name := range asked {
		if !slices.Contains(names(), name) {
			return nil, fmt.Errorf("-only takes %s, not %q", strings.Join(names(), ", "), name)
		}
	}
	if _, err := newSender(o.client, "http://localhost"); err != nil {
		return nil, err
	}
	if o.rounds < 1 || o.length <= 0 || o.items < 2 {
		return nil, errors.New("-rounds, -length and -items have to be positive, items two at least")
	}
	return wanted, nil
}
