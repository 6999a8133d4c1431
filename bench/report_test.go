package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestASectionIsATable(t *testing.T) {
	s := section{title: "Items", header: []string{" what", "per second"}, rows: [][]string{{"a|b", "12"}, {"c", "3"}}, notes: []string{"So it is."}}
	s.wrong("c", []sample{{}, {errors: 2, first: errors.New("no\nitem")}, {errors: 1, first: errors.New("later")}})
	s.wrong("a", []sample{{}, {}})
	var b strings.Builder
	if err := s.write(&b); err != nil {
		t.Fatal(err)
	}
	const want = `
### Items

| what | per second |
| --- | ---: |
| a\|b | 12 |
| c | 3 |

So it is.

**c: 3 errors**, the first: ` + "`no item`" + `
`
	if b.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", b.String(), want)
	}
	if s.errors != 3 {
		t.Errorf("%d errors, want 3", s.errors)
	}
}

func TestRatiosAreOfTheSameRound(t *testing.T) {
	ours := []sample{{perSecond: 10}, {perSecond: 100}, {perSecond: 30}}
	bare := []sample{{perSecond: 20}, {perSecond: 1000}, {perSecond: 40}}
	r := newRow(profile{name: "x"}, ours, bare)
	if want := (spread{0.5, 0.1, 0.75}); r.ratio != want {
		t.Errorf("ratio = %+v, want %+v", r.ratio, want)
	}
	if r.ours.perSecond != 30 || r.bare.perSecond != 40 {
		t.Errorf("medians = %v and %v, want 30 and 40", r.ours.perSecond, r.bare.perSecond)
	}
	if got, want := r.ratio.String(), "**0.50** (0.10–0.75)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestWhatComesBeforeARequestIsNotMeasured takes the rate from the median.
func TestWhatComesBeforeARequestIsNotMeasured(t *testing.T) {
	p := profile{before: func(context.Context) error { return nil }}
	r := newRow(p, []sample{{perSecond: 1, p50: 20 * time.Millisecond}}, []sample{{perSecond: 1, p50: time.Millisecond}})
	if r.ours.perSecond != 50 || r.ratio.median != 0.05 {
		t.Errorf("%v per second, ratio %v; want 50 and 0.05", r.ours.perSecond, r.ratio.median)
	}
}

func TestShort(t *testing.T) {
	for x, want := range map[float64]string{123.4: "123", 3.14159: "3.14", 0.5: "0.50", 0.0123: "0.012", 0.00057: "0.00057"} {
		if got := short(x); got != want {
			t.Errorf("short(%v) = %s, want %s", x, got, want)
		}
	}
}

func TestChoose(t *testing.T) {
	for _, tt := range []struct {
		only, endpoint, client string
		want                   string // the names, or the beginning of the error
	}{
		{simple, "", clientHTTP, "dynamodb functions"},
		{"reopen,engine", "", clientLean, "engine reopen"},
		{"compare", "http://localhost:8000", clientHTTP, "compare"},
		{"growth", "http://localhost:8000", clientHTTP, "growth needs a server of its own"},
		{"dynamo", "", clientHTTP, "-only takes dynamodb, functions"},
		{"", "", clientHTTP, "-only takes dynamodb, functions"},
		{simple, "", "curl", "-client is http or lean"},
	} {
		wanted, err := choose(options{only: tt.only, endpoint: tt.endpoint, client: tt.client, rounds: 1, length: time.Second, items: 2})
		var got []string
		for _, s := range wanted {
			got = append(got, s.name)
		}
		if err != nil {
			got = []string{err.Error()}
		}
		if text := strings.Join(got, " "); !strings.HasPrefix(text, tt.want) || err == nil && text != tt.want {
			t.Errorf("choose(%q, %q, %q) = %q, want %q", tt.only, tt.endpoint, tt.client, text, tt.want)
		}
	}
}

func TestPeersAreNamed(t *testing.T) {
	var p peerFlags
	for text, ok := range map[string]bool{"other=http://127.0.0.1:8000/": true, "http://127.0.0.1:8000": false, "=http://127.0.0.1:8000": false, "other=8000": false} {
		if err := p.Set(text); (err == nil) != ok {
			t.Errorf("-peer %s: %v", text, err)
		}
	}
	if len(p) != 1 || p[0].name != "other" || p[0].url != "http://127.0.0.1:8000" {
		t.Errorf("peers are %+v", p)
	}
}

func TestParseCPUTime(t *testing.T) {
	for stat, want := range map[string]time.Duration{
		"17 (a) b) S 1 2 3 4 5 6 7 8 9 10 150 25 0 0 20 0 9": 1750 * time.Millisecond,
		"17 (short) S 1 2 3": 0,
		"":                   0,
	} {
		if got := parseCPUTime(stat); got != want {
			t.Errorf("parseCPUTime(%q) = %v, want %v", stat, got, want)
		}
	}
}

func TestParseKB(t *testing.T) {
	const status = "Name:\tx\nVmHWM:\t   20480 kB\nVmRSS:\t   10240 kB\n"
	if now, peak, none := parseKB(status, "VmRSS:"), parseKB(status, "VmHWM:"), parseKB(status, "VmSwap:"); now != 10<<20 || peak != 20<<20 || none != 0 {
		t.Errorf("parseKB = %d, %d, %d", now, peak, none)
	}
}

func TestEnoughRequestsForARound(t *testing.T) {
	for _, tt := range []struct {
		rounds []sample
		want   int
	}{
		{nil, 10_000},
		{[]sample{{requests: 9}, {requests: 1000}}, 2100},
		{[]sample{{requests: 1_000_000}}, mostRequests},
		{[]sample{{}}, 100},
	} {
		if got := enough(tt.rounds); got != tt.want {
			t.Errorf("enough(%v) = %d, want %d", tt.rounds, got, tt.want)
		}
	}
}
