package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// serve starts a server for a test.
func serve(t *testing.T, handler http.HandlerFunc) server {
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return newServer(s.URL, "id", "secret")
}

// one loads a server for a time.
func one(t *testing.T, s server, p profile, requests []request, length time.Duration) (sample, error) {
	samples, err := round(t.Context(), length, newLane(s, p, requests))
	return samples[0], err
}

const moment = 50 * time.Millisecond

func TestPercentile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(i + 1)
	}
	for _, tt := range []struct {
		sorted []time.Duration
		p      int
		want   time.Duration
	}{
		{hundred, 50, 50},
		{hundred, 99, 99},
		{hundred, 100, 100},
		{[]time.Duration{7}, 50, 7},
		{[]time.Duration{7}, 99, 7},
		{[]time.Duration{1, 2, 3}, 50, 2},
		{[]time.Duration{1, 2, 3}, 99, 3},
		{[]time.Duration{1, 2, 3, 4}, 50, 2},
	} {
		if got := percentile(tt.sorted, tt.p); got != tt.want {
			t.Errorf("percentile(%d times, %d) = %d, want %d", len(tt.sorted), tt.p, got, tt.want)
		}
	}
}

// TestErrorsAreCountedAndNotAmongTheAnswers has a server fail in every way by
// turns.
func TestErrorsAreCountedAndNotAmongTheAnswers(t *testing.T) {
	for _, client := range []string{clientHTTP, clientLean} {
		t.Run(client, func(t *testing.T) {
			var n, good atomic.Int64
			s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				switch n.Add(1) % 4 {
				case 1:
					w.WriteHeader(http.StatusBadRequest)
				case 2:
					_, _ = io.WriteString(w, "another item")
				case 3:
					panic(http.ErrAbortHandler) // the connection breaks
				default:
					good.Add(1)
					_, _ = io.WriteString(w, "the item it is")
				}
			})
			r, err := s.dynamodb(t.Context(), "GetItem", "{}")
			if err != nil {
				t.Fatal(err)
			}
			r.want = "the item"
			got, err := one(t, s, profile{connections: 2, client: client}, []request{r}, moment)
			if err != nil {
				t.Fatal(err)
			}
			if counted := int64(got.requests - got.errors); counted != good.Load() || got.answer != len("the item it is") {
				t.Errorf("%d answers of %d bytes counted, the server gave %d good ones", counted, got.answer, good.Load())
			}
			if sent := n.Load(); int64(got.errors) < sent/2 || got.first == nil {
				t.Errorf("%d errors (first: %v) of %d requests, want three in four", got.errors, got.first, sent)
			}
		})
	}
}

func TestALoadWithoutAnyGoodAnswerFails(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no such table", http.StatusBadRequest) })
	r, err := s.dynamodb(t.Context(), "GetItem", "{}")
	if err != nil {
		t.Fatal(err)
	}
	got, err := one(t, s, profile{name: "GetItem", connections: 1, client: clientLean}, []request{r}, moment)
	if err == nil || !strings.Contains(err.Error(), "no such table") || got.errors == 0 {
		t.Errorf("load = %d errors, %v; want what the server said", got.errors, err)
	}
}

func TestARequestThatOutlastsItsTurnIsMeasured(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) { time.Sleep(2 * moment) })
	r, err := s.dynamodb(t.Context(), "GetItem", "{}")
	if err != nil {
		t.Fatal(err)
	}
	got, err := one(t, s, profile{connections: 1, client: clientLean}, []request{r}, moment)
	if err != nil || got.p50 < 2*moment || got.perSecond > 1/(2*moment).Seconds() {
		t.Errorf("load = %v, %.1f/s, %v; want what one request takes, %v or more", got.p50, got.perSecond, err, 2*moment)
	}
}

// TestAConnectionThatWasIdleForLongIsLeft has a server that closes those.
func TestAConnectionThatWasIdleForLongIsLeft(t *testing.T) {
	for _, client := range []string{clientHTTP, clientLean} {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		s.Config.IdleTimeout = longestIdle
		s.Start()
		defer s.Close()
		target := newServer(s.URL, "id", "secret")
		r, err := target.dynamodb(t.Context(), "GetItem", "{}")
		if err != nil {
			t.Fatal(err)
		}
		l := newLane(target, profile{connections: 2, client: client}, []request{r})
		for range 2 {
			if err := l.turn(t.Context(), moment); err != nil {
				t.Fatal(err)
			}
			time.Sleep(longestIdle + 2*moment)
		}
		if got, err := l.sample(); err != nil || got.errors > 0 {
			t.Errorf("%s: %d errors, %v, %v", client, got.errors, got.first, err)
		}
		l.close()
	}
}

// TestServersTakeTurns wants each to be loaded several times, on the same
// connections, and its requests to go on where they were.
func TestServersTakeTurns(t *testing.T) {
	var (
		mu    sync.Mutex
		order []string // of the servers, without repetition
		seen  = map[string][]string{}
		conns atomic.Int64
	)
	named := func(name string) *lane {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			if len(order) == 0 || order[len(order)-1] != name {
				order = append(order, name)
			}
			seen[name] = append(seen[name], r.URL.Path)
		}))
		s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			if state == http.StateNew {
				conns.Add(1)
			}
		}
		s.Start()
		t.Cleanup(s.Close)
		var requests []request
		for i := range 50_000 {
			requests = append(requests, request{head: fmt.Appendf(nil, "GET /%d HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n", i)})
		}
		return newLane(newServer(s.URL, "", ""), profile{connections: 1, client: clientLean}, requests)
	}
	samples, err := round(t.Context(), 3*turnLength, named("a"), named("b"))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, ""); got != "ababab" {
		t.Errorf("the servers were loaded in the order %s, want ababab", got)
	}
	for i, name := range []string{"a", "b"} {
		if samples[i].requests != len(seen[name]) {
			t.Errorf("%s: %d requests counted, %d came", name, samples[i].requests, len(seen[name]))
		}
		for k, path := range seen[name] {
			if path != fmt.Sprint("/", k) {
				t.Errorf("%s: request %d was for %s", name, k, path)
				break
			}
		}
	}
	if n := conns.Load(); n != 2 {
		t.Errorf("%d connections, want one to each server", n)
	}
}

func TestAConnectionIsKeptAsLongAsTheServerKeepsIt(t *testing.T) {
	for _, tt := range []struct {
		client string
		closes bool
		want   int64
	}{{clientHTTP, false, 1}, {clientLean, false, 1}, {clientHTTP, true, 3}, {clientLean, true, 3}} {
		t.Run(fmt.Sprint(tt.client, tt.closes), func(t *testing.T) {
			var connections atomic.Int64
			s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if tt.closes {
					w.Header().Set("Connection", "close")
				}
			}))
			s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					connections.Add(1)
				}
			}
			s.Start()
			defer s.Close()
			c, err := newSender(tt.client, s.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer c.close()
			r := request{head: []byte("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n")}
			for range 3 {
				if status, _, err := c.send(&r, "", time.Now().Add(patience)); err != nil || status != http.StatusOK {
					t.Fatalf("send = %d, %v", status, err)
				}
			}
			if got := connections.Load(); got != tt.want {
				t.Errorf("%d connections for three requests, want %d", got, tt.want)
			}
		})
	}
}

func TestTheBareServerAnswersAsManyBytes(t *testing.T) {
	s := serve(t, answerBare)
	r, err := s.dynamodb(t.Context(), "GetItem", "{}")
	if err != nil {
		t.Fatal(err)
	}
	r.want = "what only the real one says"
	for _, client := range []string{clientHTTP, clientLean} {
		got, err := round(t.Context(), moment, newBareLane(s, profile{connections: 1, client: client}, []request{r}, 257))
		if err != nil || got[0].answer != 257 || got[0].errors != 0 {
			t.Errorf("%s: %+v, %v; want 257 bytes and no errors", client, got, err)
		}
	}
}

// table is a server that keeps what is put into it, and does one operation
// wrong.
type table struct {
	items   map[string]json.RawMessage
	refuse  bool // the last item of each batch the first time
	refused int
	wrong   string
}

func (f *table) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Item, Key         json.RawMessage
		RequestItems      map[string][]json.RawMessage
		ExclusiveStartKey json.RawMessage
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	out := any(struct{}{})
	switch item := f.items["one"]; {
	case operation == f.wrong:
		out = map[string]any{"Item": map[string]any{}, "Items": []any{item, item}}
	case operation == "PutItem":
		f.items["one"] = in.Item
	case operation == "GetItem":
		out = map[string]any{"Item": item}
	case operation == "Query":
		out = map[string]any{"Items": []any{item}}
	case operation == "BatchWriteItem":
		puts := in.RequestItems["t"]
		if f.refuse && len(puts) > 1 {
			f.refused++
			out = map[string]any{"UnprocessedItems": map[string]any{"t": puts[len(puts)-1:]}}
			puts = puts[:len(puts)-1]
		}
		for _, p := range puts {
			f.items[string(p)] = p
		}
	case operation == "Scan" && in.ExclusiveStartKey == nil:
		out = map[string]any{"Count": 2, "LastEvaluatedKey": map[string]any{"pk": 1}}
	case operation == "Scan":
		out = map[string]any{"Count": 3}
	}
	_ = json.NewEncoder(w).Encode(out)
}

func TestWhatABatchLeavesIsSentAgain(t *testing.T) {
	f := &table{items: map[string]json.RawMessage{}, refuse: true}
	s := serve(t, f.ServeHTTP)
	c, err := newConn(s.url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	d := dataset{table: "t", count: 10}
	if err := s.writeBatch(t.Context(), c, d.batch(0)); err != nil {
		t.Fatal(err)
	}
	if len(f.items) != d.count || f.refused != 1 {
		t.Errorf("%d items are there, %d were refused once; want %d and 1", len(f.items), f.refused, d.count)
	}
}

func TestAScanGoesOnToTheLastPage(t *testing.T) {
	s := serve(t, (&table{}).ServeHTTP)
	if n, err := s.scanAll(t.Context(), dataset{table: "t"}); n != 5 || err != nil {
		t.Errorf("scanAll = %d, %v, want 5", n, err)
	}
}

func TestCheckWantsTheItemBack(t *testing.T) {
	for _, wrong := range []string{"", "PutItem", "GetItem", "Query"} {
		s := serve(t, (&table{items: map[string]json.RawMessage{}, wrong: wrong}).ServeHTTP)
		if err := s.check(t.Context(), dataset{table: "t"}); (err == nil) != (wrong == "") {
			t.Errorf("check of a server that does %q wrong = %v", wrong, err)
		}
	}
}

func TestARoundEndsWhenTheRunDoes(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) {})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := round(ctx, time.Hour, newLane(s, profile{connections: 1, client: clientLean}, []request{{}})); err == nil {
		t.Error("it went on")
	}
}
