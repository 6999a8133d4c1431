package main

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
)

// echo is a bare HTTP server in Node, which answers what it is sent: what a
// program in Node can do that is no function.
const echo = `require('http').createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const body = Buffer.concat(pieces);
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
    response.end(body);
  });
}).listen(Number(process.argv[1]), '127.0.0.1');`

// echoing is the same as a function.
const echoing = `exports.handler = async (event) => event;`

const echoingPython = "def handler(event, context):\n    return event\n"

const echoed = `{"greeting":"hello"}`

// runWarm measures warm calls of a function over more and more connections,
// beside the echo.
func runWarm(ctx context.Context, b *bench) (section, error) {
	s, err := b.target(ctx)
	if err != nil {
		return section{}, err
	}
	node, err := b.startEcho(ctx)
	if err != nil {
		return section{}, err
	}
	role, err := s.createRole(ctx, "warm")
	if err != nil {
		return section{}, err
	}
	if _, err := s.createFunction(ctx, program{name: "echo", source: echoing, runtime: "nodejs22.x"}, role); err != nil {
		return section{}, err
	}
	t := section{title: "Warm invokes, beside a bare HTTP echo in Node", header: []string{" what", "connections", "per second",
		"to the first row", "p50", "p99", "server's CPU for one", "echo per second", "its p50", "ratio (least–most)"}}
	var single float64
	for _, connections := range []int{1, 2, 4, 8, 16} {
		p := profile{name: "Invoke, warm, an echo on Node 22", connections: connections, client: b.client, warmUp: compiled, requests: invocations("echo", echoed, echoed)}
		if !b.wants(p) {
			continue
		}
		r, err := b.measure(ctx, p, s, node, &t)
		if err != nil {
			return section{}, err
		}
		if single == 0 {
			single = r.ours.perSecond
		}
		t.rows = append(t.rows, []string{r.name, fmt.Sprint(r.connections), fmt.Sprintf("%.0f", r.ours.perSecond),
			short(r.ours.perSecond / single), milliseconds(r.ours.p50), milliseconds(r.ours.p99), microseconds(r.ours.cpu),
			fmt.Sprintf("%.0f", r.bare.perSecond), milliseconds(r.bare.p50), r.ratio.String()})
	}
	t.notes = append(t.notes, "The echo answers over HTTP what it is sent, in one process, unisolated. A call of the function is signed and checked, goes to a sandbox and back, and is logged.")
	return t, nil
}

// startEcho starts the echo.
func (b *bench) startEcho(ctx context.Context) (server, error) {
	return b.startOther(ctx, "echo", func(_, port string) (*exec.Cmd, error) {
		return exec.CommandContext(ctx, "node", "-e", echo, port), nil
	}, func(ctx context.Context, s server) bool {
		status, body, err := roundTrip(ctx, s.url, request{head: []byte("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n"), body: []byte("{}")})
		return err == nil && status == http.StatusOK && string(body) == "{}"
	})
}

// invocations are calls of a function with a payload, whose answer has to contain
// want.
func invocations(function, payload, want string) maker {
	return func(ctx context.Context, s server, _ int) ([]request, error) {
		r, err := s.sign(ctx, "lambda", http.MethodPost, "/2015-03-31/functions/"+function+"/invocations", nil, []byte(payload))
		r.want = want
		return []request{r}, err
	}
}
