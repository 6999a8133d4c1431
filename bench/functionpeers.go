package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// functionPeer is another program that runs functions without containers. Each
// runs the echo, in Node or in Python.
type functionPeer struct {
	name string
	note string
	runs []string // "Node", "Python"
	most int      // connections that it stands; 0: any number
	path string   // of an invocation, where it is not Lambda's own for that function; or ""
	// prepare puts what it needs into dir and returns what starts it.
	prepare func(ctx context.Context, dir, port string) (*exec.Cmd, error)
	ready   func(ctx context.Context, s server) bool
	// deploys says that the function is made by Lambda's API, so that a change of it
	// makes the next call a cold one. The others start anew for that.
	deploys bool
}

// functionPeers are the others.
func functionPeers() []functionPeer {
	return []functionPeer{
		{
			name: "ministack", note: "runs functions unisolated, as they are deployed", runs: []string{"Node", "Python"}, deploys: true,
			prepare: func(ctx context.Context, dir, port string) (*exec.Cmd, error) { return ministack(ctx, dir, port), nil },
			ready:   answersLists,
		},
		{
			name: "serverless-offline", note: "runs functions in threads of its own process (osls starts it)", runs: []string{"Node"},
			path:    "/2015-03-31/functions/bench-dev-echo/invocations",
			prepare: offline, ready: listens,
		},
		{
			name: "Lambda RIE", note: "is AWS's emulator of the Runtime API, here with AWS's client for Python; it takes one call at a time", runs: []string{"Python"}, most: 1,
			path:    "/2015-03-31/functions/function/invocations",
			prepare: emulator, ready: listens,
		},
	}
}

// offline prepares serverless-offline.
func offline(ctx context.Context, dir, port string) (*exec.Cmd, error) {
	modules, err := filepath.Abs(filepath.Join(peersDir, "offline/node_modules"))
	if err != nil {
		return nil, err
	}
	if err := os.Symlink(modules, filepath.Join(dir, "node_modules")); err != nil {
		return nil, err
	}
	err = writeFiles(dir, map[string]string{
		"package.json":   `{"private":true}`,
		"index.js":       echoing,
		"serverless.yml": "service: bench\nprovider: {name: aws, runtime: nodejs22.x}\nplugins: [serverless-offline]\nfunctions: {echo: {handler: index.handler}}\n",
	})
	if err != nil {
		return nil, err
	}
	args := []string{filepath.Join(modules, ".bin/osls"), "offline", "start", "--host", "127.0.0.1", "--lambdaPort", port}
	for _, flag := range []string{"--httpPort", "--albPort", "--websocketPort"} {
		other, err := freePort()
		if err != nil {
			return nil, err
		}
		args = append(args, flag, other)
	}
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SLS_TELEMETRY_DISABLED=1", "SLS_NOTIFICATIONS_MODE=off", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test")
	return cmd, nil
}

// emulator prepares the RIE.
func emulator(ctx context.Context, dir, port string) (*exec.Cmd, error) {
	at, err := filepath.Abs(peersDir)
	if err != nil {
		return nil, err
	}
	api, err := freePort()
	if err != nil {
		return nil, err
	}
	if err := writeFiles(dir, map[string]string{"index.py": echoingPython}); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(at, "rie/aws-lambda-rie"), "--log-level", "error",
		"--runtime-interface-emulator-address", "127.0.0.1:"+port, "--runtime-api-address", "127.0.0.1:"+api,
		filepath.Join(at, "python/bin/python"), "-m", "awslambdaric", "index.handler")
	cmd.Dir = dir
	return cmd, nil
}

func writeFiles(dir string, files map[string]string) error {
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// listens reports whether something answers at all, whatever it says.
func listens(ctx context.Context, s server) bool {
	_, _, err := roundTrip(ctx, s.url, request{head: []byte("GET / HTTP/1.1\r\nHost: localhost\r\n")})
	return err == nil
}

// runFunctionPeers measures calls of the same function by cloudless and by others.
func runFunctionPeers(ctx context.Context, b *bench) (section, error) {
	ours, err := b.target(ctx)
	if err != nil {
		return section{}, err
	}
	ours.name = "cloudless"
	role, err := ours.createRole(ctx, "peers")
	if err != nil {
		return section{}, err
	}
	c := &comparison{b: b, peers: append([]functionPeer{{name: ours.name, runs: []string{"Node", "Python"}, deploys: true}}, functionPeers()...),
		servers: map[string]server{ours.name: ours}, roles: map[string]string{ours.name: role}}
	t := section{title: "Functions, beside others", header: []string{" what", "connections", "bare server"}, notes: []string{
		"Calls per second, their p50, the CPU of the server's own process for one (in the case of serverless-offline with the function), and in bold how many times as many cloudless answers in the same round (least–most). " +
			"All run the same function, which answers what it is sent. The first call is that of a function that was just made or changed or, where there is no such thing, that of a program that was just started.",
	}}
	for _, p := range c.peers {
		t.header = append(t.header, p.name)
		if p.note != "" {
			t.notes = append(t.notes, p.name+" "+p.note+".")
		}
	}
	for _, p := range c.peers[1:] {
		if err := c.start(ctx, p); err != nil {
			return section{}, fmt.Errorf("%s (bench/peers.sh installs it): %w", p.name, err)
		}
	}
	for _, language := range []string{"Node", "Python"} {
		if err := c.deploy(ctx, language); err != nil {
			return section{}, err
		}
		for _, connections := range []int{1, 8} {
			row, err := c.warm(ctx, language, connections, &t)
			if err != nil {
				return section{}, err
			}
			t.rows = append(t.rows, row)
		}
		row, err := c.cold(ctx, language)
		if err != nil {
			return section{}, err
		}
		t.rows = append(t.rows, row)
	}
	return t, nil
}

// comparison is cloudless and the others, in this order.
type comparison struct {
	b       *bench
	peers   []functionPeer
	servers map[string]server // by name
	roles   map[string]string // for functions that are deployed
}

// start starts one of the others, or starts it anew.
func (c *comparison) start(ctx context.Context, p functionPeer) (err error) {
	if s, ok := c.servers[p.name]; ok {
		s.process.end()
	}
	c.servers[p.name], err = c.b.startOther(ctx, p.name, func(dir, port string) (*exec.Cmd, error) { return p.prepare(ctx, dir, port) }, p.ready)
	c.roles[p.name] = "arn:aws:iam::000000000000:role/peers"
	return err
}

// echoes are the function in each language.
var echoes = map[string]program{
	"Node":   {name: "echo-node", source: echoing, runtime: "nodejs22.x"},
	"Python": {name: "echo-python", source: echoingPython, file: "index.py", runtime: "python3.12"},
}

// deploy makes the function where that is to be done.
func (c *comparison) deploy(ctx context.Context, language string) error {
	for _, p := range c.peers {
		if p.deploys && slices.Contains(p.runs, language) {
			if _, err := c.servers[p.name].createFunction(ctx, echoes[language], c.roles[p.name]); err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
		}
	}
	return nil
}

// able returns who can run the function over so many connections.
func (c *comparison) able(language string, connections int) (able []functionPeer) {
	for _, p := range c.peers {
		if slices.Contains(p.runs, language) && (p.most == 0 || connections <= p.most) {
			able = append(able, p)
		}
	}
	return able
}

// requests makes the calls.
func (c *comparison) requests(language string) maker {
	paths := map[string]string{}
	for _, p := range c.peers {
		if paths[p.name] = p.path; p.path == "" {
			paths[p.name] = "/2015-03-31/functions/" + echoes[language].name + "/invocations"
		}
	}
	return func(ctx context.Context, s server, _ int) ([]request, error) {
		r, err := s.sign(ctx, "lambda", http.MethodPost, paths[s.name], nil, []byte(echoed))
		r.want = `"hello"`
		return []request{r}, err
	}
}

// warm measures warm calls.
func (c *comparison) warm(ctx context.Context, language string, connections int, t *section) ([]string, error) {
	p := profile{name: "Invoke, warm, an echo in " + language, connections: connections, client: c.b.client, warmUp: compiled, requests: c.requests(language)}
	able := c.able(language, connections)
	var servers []server
	for _, peer := range able {
		servers = append(servers, c.servers[peer.name])
	}
	cells, err := c.b.compare(ctx, p, servers, t)
	if err != nil {
		return nil, err
	}
	return append(cells[:3:3], c.spread(able, cells[3:])...), nil
}

// spread puts the cells of some into the columns of all.
func (c *comparison) spread(some []functionPeer, cells []string) (all []string) {
	for _, p := range c.peers {
		i := slices.IndexFunc(some, func(o functionPeer) bool { return o.name == p.name })
		if i < 0 {
			all = append(all, "–")
			continue
		}
		all = append(all, cells[i])
	}
	return all
}

// cold measures first calls, one of each in turn.
func (c *comparison) cold(ctx context.Context, language string) ([]string, error) {
	able := c.able(language, 1)
	took := make([][]time.Duration, len(able))
	for range c.b.rounds {
		for i, p := range able {
			if err := c.coolDown(ctx, p, language); err != nil {
				return nil, fmt.Errorf("%s: %w", p.name, err)
			}
			s := c.servers[p.name]
			calls, err := c.requests(language)(ctx, s, 1)
			if err != nil {
				return nil, err
			}
			start := time.Now()
			status, body, err := roundTrip(ctx, s.url, calls[0])
			took[i] = append(took[i], time.Since(start))
			if err == nil {
				err = calls[0].answeredBy(status, body)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p.name, err)
			}
		}
	}
	var cells []string
	for i := range able {
		own := func(d time.Duration) time.Duration { return d }
		text := milliseconds(median(took[i], own))
		if i > 0 {
			text += ", **" + short(float64(median(took[i], own))/float64(median(took[0], own))) + "**"
		}
		cells = append(cells, text)
	}
	return append([]string{"Invoke, the first, an echo in " + language, "1", "–"}, c.spread(able, cells)...), nil
}

// coolDown makes the next call a cold one.
func (c *comparison) coolDown(ctx context.Context, p functionPeer, language string) error {
	if p.deploys {
		return c.servers[p.name].coolDown(echoes[language].name)(ctx)
	}
	return c.start(ctx, p)
}
