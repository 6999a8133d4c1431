package main

import (
	"context"
	"fmt"
	"strings"
)

// runCompare sends the same requests to cloudless and to others, in turn.
func runCompare(ctx context.Context, b *bench) (section, error) {
	servers, notes, err := b.compared(ctx)
	if err != nil {
		return section{}, err
	}
	t := section{title: "DynamoDB, beside others", header: []string{" what", "connections", "bare server"}, notes: notes}
	plain, sorted := b.datasets()
	for _, s := range servers {
		t.header = append(t.header, s.name)
		if err := prepare(ctx, s, plain, sorted); err != nil {
			return section{}, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	for _, p := range itemProfiles(plain, sorted, 1, 32) {
		p.client = b.client
		row, err := b.compare(ctx, p, servers, &t)
		if err != nil {
			return section{}, err
		}
		t.rows = append(t.rows, row)
	}
	return t, nil
}

// compared returns the servers, ours first, and what has to be known of them.
func (b *bench) compared(ctx context.Context) (servers []server, notes []string, err error) {
	ours, err := b.target(ctx)
	if err != nil {
		return nil, nil, err
	}
	ours.name = "cloudless"
	servers = append(servers, ours)
	known := []string{"cloudless acknowledges a write after fsync"}
	for _, p := range peers(ctx) {
		s, err := b.startPeer(ctx, p)
		if err != nil {
			return nil, nil, err
		}
		servers = append(servers, s)
		known = append(known, p.name+" "+p.note)
	}
	for _, s := range b.peers {
		servers = append(servers, s)
		known = append(known, s.name+" was running, at "+s.url)
	}
	return servers, []string{
		"Requests per second, their p50, the CPU that the server took for one, and in bold how many times as many cloudless answers in the same round (least–most). " +
			"All answer the same requests, in turns, one server at a time; each has answered a put item right, by GetItem and by Query, before it is measured, " +
			"and each answer that is counted had status 200 and the item in it.",
		strings.Join(known, "; ") + ".",
	}, nil
}

// compare measures one profile at all servers and at the bare one, in turns.
func (b *bench) compare(ctx context.Context, p profile, servers []server, t *section) ([]string, error) {
	samples := make([][]sample, len(servers)+1) // the bare server's at the end
	for k := range b.rounds + 1 {
		lanes := make([]*lane, len(servers), len(servers)+1)
		for i, s := range servers {
			requests, err := p.requests(ctx, s, enough(samples[i]))
			if err != nil {
				return nil, err
			}
			lanes[i] = newLane(s, p, requests)
		}
		length, answer := max(p.warmUp, b.length/2), 0 // to see how long answers are, too
		if k > 0 {
			length, answer = b.length, samples[0][k-1].answer
		}
		lanes = append(lanes, newBareLane(b.bare, p, lanes[0].requests, answer))
		all, err := round(ctx, length, lanes...)
		if all == nil || err != nil && all[0].requests == 0 { // another may fail at everything: the table shows it
			return nil, err
		}
		for i, x := range all {
			samples[i] = append(samples[i], x)
		}
	}
	cell := func(m sample) string {
		return fmt.Sprintf("%.0f, %s, %s", m.perSecond, milliseconds(m.p50), microseconds(m.cpu))
	}
	row := []string{p.name, fmt.Sprint(p.connections), cell(medians(samples[len(servers)][1:]))}
	for i, s := range servers {
		t.wrong(fmt.Sprintf("%s, %s, %d connections", s.name, p.name, p.connections), samples[i])
		text := cell(medians(samples[i][1:]))
		if i > 0 {
			text += ", " + ratios(samples[0][1:], samples[i][1:]).String()
		}
		if errors, _ := countErrors(samples[i]); errors > 0 {
			text += fmt.Sprintf(", %d errors", errors)
		}
		row = append(row, text)
	}
	return row, nil
}
