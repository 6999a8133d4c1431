package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"cloudless/internal/client"
)

const (
	// pollTime is how often a followed log is asked for more.
	pollTime = 300 * time.Millisecond
	// lateness is how far behind the latest event of a log an event may come and still be
	// printed: of many environments that print at a time, what one has printed is stored
	// before what another has printed earlier.
	lateness = 5 * time.Second
)

// tail prints the events of a log, each one once.
type tail struct {
	client *client.Client
	log    log
	json   bool
	latest int64            // milliseconds: the time of the latest event, if that is not to come
	seen   map[string]int64 // the times of events that may be read again, by their ids
}

type logEvent struct {
	EventID   string `json:"eventId"`
	Timestamp int64  `json:"timestamp"`
	Message   string `json:"message"`
	Stream    string `json:"logStreamName"`
}

// print prints what has come since the last time.
func (t *tail) print(ctx context.Context) error {
	since := max(0, t.latest-lateness.Milliseconds())
	for id, at := range t.seen {
		if at < since {
			delete(t.seen, id)
		}
	}
	in := map[string]any{"logGroupName": t.log.group, "startTime": since}
	for {
		var page struct {
			Events    []logEvent `json:"events"`
			NextToken string     `json:"nextToken"`
		}
		if err := t.client.CallJSON(ctx, "logs", "Logs_20140328.FilterLogEvents", in, &page); err != nil {
			return err
		}
		now := time.Now().UnixMilli()
		for _, e := range page.Events {
			t.latest = max(t.latest, min(e.Timestamp, now))
			t.printEvent(e)
		}
		if page.NextToken == "" {
			return nil
		}
		in["nextToken"] = page.NextToken
	}
}

func (t *tail) printEvent(e logEvent) {
	if _, seen := t.seen[e.EventID]; seen || !t.log.has(e.Stream) {
		return
	}
	if t.seen == nil {
		t.seen = make(map[string]int64)
	}
	t.seen[e.EventID] = e.Timestamp
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

// isNotThere tells the refusal of something that does not exist.
func isNotThere(err error) bool {
	refusal, ok := errors.AsType[*client.Error](err)
	return ok && strings.HasSuffix(refusal.Code, "ResourceNotFoundException")
}
