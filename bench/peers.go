package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// peersDir is where bench/peers.sh puts other programs.
const peersDir = ".tools/bench"

// peer is another program that speaks DynamoDB.
type peer struct {
	name string
	note string // what has to be known of its figures
	// command starts it on a loopback port with data in dir.
	command func(dir, port string) *exec.Cmd
}

// peers are the programs to compare with, all under open licences. Others can
// be given by -peer.
func peers(ctx context.Context) []peer {
	dynalite := func(arguments ...string) *exec.Cmd {
		return exec.CommandContext(ctx, "node", append([]string{filepath.Join(peersDir, "dynalite/node_modules/dynalite/cli.js"),
			"--host", "127.0.0.1", "--createTableMs", "0"}, arguments...)...)
	}
	return []peer{
		{"dynalite in memory", "keeps nothing", func(_, port string) *exec.Cmd {
			return dynalite("--port", port)
		}},
		{"dynalite on disk", "writes to LevelDB without a sync", func(dir, port string) *exec.Cmd {
			return dynalite("--port", port, "--path", filepath.Join(dir, "data"))
		}},
		{"moto", "keeps nothing", func(_, port string) *exec.Cmd {
			return exec.CommandContext(ctx, filepath.Join(peersDir, "python/bin/moto_server"), "-H", "127.0.0.1", "-p", port)
		}},
		{"ministack", "keeps nothing", func(dir, port string) *exec.Cmd {
			return ministack(ctx, dir, port)
		}},
	}
}

func ministack(ctx context.Context, dir, port string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(peersDir, "python/bin/ministack"))
	cmd.Env = append(os.Environ(), "BIND_HOST=127.0.0.1", "GATEWAY_PORT="+port, "TMPDIR="+dir, "PERSIST_STATE=0", "S3_PERSIST=0")
	return cmd
}

// peerFlags are the servers that -peer names.
type peerFlags []server

// String implements flag.Value.
func (p *peerFlags) String() string { return "" }

// Set implements flag.Value.
func (p *peerFlags) Set(text string) error {
	name, url, ok := strings.Cut(text, "=")
	if !ok || name == "" {
		return errors.New("want NAME=URL")
	}
	if _, err := newConn(url); err != nil {
		return err
	}
	s := newServer(strings.TrimSuffix(url, "/"), "test", "test")
	s.name = name
	*p = append(*p, s)
	return nil
}

// startPeer starts one of the others.
func (b *bench) startPeer(ctx context.Context, p peer) (server, error) {
	s, err := b.startOther(ctx, p.name, func(dir, port string) (*exec.Cmd, error) { return p.command(dir, port), nil }, answersLists)
	if err != nil {
		return server{}, fmt.Errorf("%s (bench/peers.sh installs it): %w", p.name, err)
	}
	return s, nil
}

// answersLists reports whether a server answers DynamoDB's ListTables.
func answersLists(ctx context.Context, s server) bool {
	list, err := s.dynamodb(ctx, "ListTables", "{}")
	if err != nil {
		return false
	}
	status, _, err := roundTrip(ctx, s.url, list)
	return err == nil && status == http.StatusOK
}

// startOther starts a program on a loopback port, and waits until it is ready.
func (b *bench) startOther(ctx context.Context, name string, command func(dir, port string) (*exec.Cmd, error), ready func(context.Context, server) bool) (server, error) {
	dir, err := b.tempDir()
	if err != nil {
		return server{}, err
	}
	port, err := freePort()
	if err != nil {
		return server{}, err
	}
	s := newServer("http://127.0.0.1:"+port, "test", "test")
	s.name = name
	cmd, err := command(dir, port)
	if err != nil {
		return server{}, err
	}
	if s.process, err = startQuietly(cmd, dir); err != nil {
		return server{}, err
	}
	b.stops = append(b.stops, s.process.end)
	return s, s.process.await(ctx, func() bool { return ready(ctx, s) })
}
