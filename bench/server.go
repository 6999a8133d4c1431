package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is where requests go, and who signs them.
type server struct{ url, id, secret string }

// serveBare reads requests whole and answers as many bytes as they ask for.
func serveBare(ctx context.Context, address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println("http://" + l.Addr().String())
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a client that went away is none of ours
		n, _ := strconv.Atoi(r.Header.Get(sizeHeader))
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_, _ = w.Write(bytes.Repeat([]byte("x"), n))
	})}
	go func() { <-ctx.Done(); _ = s.Close() }()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// startBare starts the bare server in a process of its own, as the other
// server is.
func startBare(ctx context.Context) (url string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-bare", "127.0.0.1:0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	return strings.TrimSpace(line), func() { end(cmd) }, err
}

// startCloudless starts a cloudless with a data directory of its own.
func startCloudless(ctx context.Context, o options) (server, func(), error) {
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return server{}, nil, err
	}
	cmd := exec.CommandContext(ctx, o.binary, "start", "--listen", "127.0.0.1:0", "--data", dir)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return server{}, nil, err
	}
	stop := func() { end(cmd); _ = os.RemoveAll(dir) }
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		var told struct{ URLs []string }
		text, err := os.ReadFile(filepath.Join(dir, "server.json"))
		if err == nil && json.Unmarshal(text, &told) == nil && len(told.URLs) > 0 {
			return server{told.URLs[0], "test", "test"}, stop, nil
		}
	}
	stop()
	return server{}, nil, errors.New("the server did not start")
}

// end asks a process to end, and waits.
func end(cmd *exec.Cmd) {
	_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	_ = cmd.Wait()
}
