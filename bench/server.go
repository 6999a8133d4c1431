package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// server is where requests go, and who signs them.
type server struct {
	name            string // as the table of the comparison calls it
	url, id, secret string
	signer          *v4.Signer
	process         *process // nil where it is not ours
}

// bench is one run: its flags and the servers that several suites use.
type bench struct {
	options
	rows   *regexp.Regexp // of the profiles that are wanted; nil: all
	bare   server
	shared *server // the one of dynamodb, functions and compare, once it is needed
	stops  []func()
}

// target returns the server to measure: that of -endpoint, or a cloudless that
// is started when it is first asked for.
func (b *bench) target(ctx context.Context) (server, error) {
	if b.shared != nil {
		return *b.shared, nil
	}
	s := newServer(b.endpoint, b.id, b.secret)
	if b.endpoint == "" {
		c, err := b.startCloudless(ctx)
		if err != nil {
			return server{}, err
		}
		s = c.server
	}
	b.shared = &s
	return s, nil
}

// close ends what was started, the last first.
func (b *bench) close() {
	for i := len(b.stops) - 1; i >= 0; i-- {
		b.stops[i]()
	}
	b.stops = nil
}

// tempDir makes a directory that close removes.
func (b *bench) tempDir() (string, error) {
	dir, err := os.MkdirTemp(b.dir, "bench-")
	if err == nil {
		b.stops = append(b.stops, func() { _ = os.RemoveAll(dir) })
	}
	return dir, err
}

// proxiedPath ends the paths for which the bare server is a bare proxy, of
// itself.
const proxiedPath = "/proxied"

// serveBare reads requests whole and answers as many bytes as they ask for.
func serveBare(ctx context.Context, address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	self := &url.URL{Scheme: "http", Host: l.Addr().String()}
	fmt.Println(self)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	proxy := &httputil.ReverseProxy{Transport: transport, Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Path = "/"
		r.SetURL(self)
	}}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, proxiedPath) {
			proxy.ServeHTTP(w, r)
			return
		}
		answerBare(w, r)
	})}
	go func() { <-ctx.Done(); _ = s.Close() }()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func answerBare(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // a client that went away is none of ours
	n, _ := strconv.Atoi(cmp.Or(r.Header.Get(sizeHeader), r.URL.Query().Get("size")))
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	_, _ = w.Write(bytes.Repeat([]byte("x"), n))
}

// startBare starts the bare server in a process of its own, as the other
// server is.
func (b *bench) startBare(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self, "-bare", "127.0.0.1:0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	p, err := startProcess(cmd)
	if err != nil {
		return err
	}
	b.stops = append(b.stops, p.end)
	line, err := bufio.NewReader(out).ReadString('\n')
	b.bare = newServer(strings.TrimSpace(line), "", "")
	b.bare.process = p
	return err
}

// cloudless is one that bench has started.
type cloudless struct {
	server
	binary, dir, address string
	flags                []string // of start, beside those that say where
}

// startCloudless starts a cloudless with a data directory of its own.
func (b *bench) startCloudless(ctx context.Context, flags ...string) (*cloudless, error) {
	dir, err := b.tempDir()
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	c := &cloudless{server: newServer("http://"+address, "test", "test"), binary: b.binary, dir: dir, address: address, flags: flags}
	b.stops = append(b.stops, func() { c.process.end() })
	_, err = c.start(ctx)
	return c, err
}

// start starts the server, or starts it anew after its end, and returns how
// long it took until it said that it was ready. It is not held to what AWS lets
// an account do in a second.
func (c *cloudless) start(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	args := append([]string{"start", "--unthrottled", "--listen", c.address, "--data", filepath.Join(c.dir, "data")}, c.flags...)
	p, err := startQuietly(exec.CommandContext(ctx, c.binary, args...), c.dir)
	if err != nil {
		return 0, err
	}
	c.process = p
	health := request{head: []byte("GET /_cloudless/health HTTP/1.1\r\nHost: " + c.address + "\r\n")}
	err = p.await(ctx, func() bool {
		status, _, err := roundTrip(ctx, c.url, health)
		return err == nil && status == http.StatusOK
	})
	return time.Since(began), err
}

// freePort returns a port of that address.
func freePort() (string, error) {
	address, err := freeAddress()
	_, port, _ := strings.Cut(address, ":")
	return port, err
}

// freeAddress returns a loopback address that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
