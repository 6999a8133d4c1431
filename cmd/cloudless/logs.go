package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cloudless/internal/client"
)

func newLogs(o *options) *cobra.Command {
	var follow bool
	cmd := &cobra.Command{
		Use:   "logs FUNCTION",
		Short: "Print the log of a function",
		Long: `Print what a function has written, with the START, END and REPORT lines of its
invocations. A name that begins with a slash is that of a log group. With --json,
each event is one line.`,
		Example: `  cloudless logs putitem
  cloudless logs -f putitem`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("the log of which function?")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			s, key, err := o.connect(cmd.Context())
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt)
			defer stop()
			t := tail{client: client.New(s, key), group: logGroup(args[0]), json: o.json}
			if follow {
				return t.follow(ctx)
			}
			if err = t.print(ctx); isNotThere(err) {
				return fmt.Errorf("there is no log group %s (yet): a function has one once it has run", t.group)
			}
			return err
		},
	}
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on printing what comes")
	return cmd
}

// logGroup returns the log group of a function, which may be named in full.
func logGroup(function string) string {
	if strings.HasPrefix(function, "/") {
		return function
	}
	return "/aws/lambda/" + function
}

// pollTime is how often a followed log is asked for more.
const pollTime = 300 * time.Millisecond

// tail prints the events of a log group, each one once.
type tail struct {
	client *client.Client
	group  string
	json   bool
	since  int64           // milliseconds: the time of the latest event
	seen   map[string]bool // ids of the events of that time
}

type logEvent struct {
	EventID   string `json:"eventId"`
	Timestamp int64  `json:"timestamp"`
	Message   string `json:"message"`
	Stream    string `json:"logStreamName"`
}

// print prints what has come since the last time.
func (t *tail) print(ctx context.Context) error {
	in := map[string]any{"logGroupName": t.group, "startTime": t.since}
	for {
		var page struct {
			Events    []logEvent `json:"events"`
			NextToken string     `json:"nextToken"`
		}
		if err := t.client.CallJSON(ctx, "logs", "Logs_20140328.FilterLogEvents", in, &page); err != nil {
			return err
		}
		for _, e := range page.Events {
			t.printEvent(e)
		}
		if page.NextToken == "" {
			return nil
		}
		in["nextToken"] = page.NextToken
	}
}

func (t *tail) printEvent(e logEvent) {
	if t.seen[e.EventID] {
		return
	}
	if e.Timestamp > t.since || t.seen == nil {
		t.since, t.seen = e.Timestamp, map[string]bool{}
	}
	t.seen[e.EventID] = true
	if t.json {
		printJSONLine(os.Stdout, e)
		return
	}
	fmt.Printf("%s  %s\n", time.UnixMilli(e.Timestamp).UTC().Format("2006-01-02T15:04:05.000Z"), strings.TrimRight(e.Message, "\n"))
}

// follow prints until the context ends. It waits for a log that is not there
// yet.
func (t *tail) follow(ctx context.Context) error {
	tick := time.NewTicker(pollTime)
	defer tick.Stop()
	for {
		if err := t.print(ctx); ctx.Err() != nil {
			return nil
		} else if err != nil && !isNotThere(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// isNotThere tells the refusal of a log group that does not exist.
func isNotThere(err error) bool {
	refusal, ok := errors.AsType[*client.Error](err)
	return ok && strings.HasSuffix(refusal.Code, "ResourceNotFoundException")
}
