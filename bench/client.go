package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"
)

// sender sends requests over one connection, one after another. A body that it
// returns is good until the next call.
type sender interface {
	send(r *request, extra string, deadline time.Time) (status int, body []byte, err error)
	close()
}

// The clients that the load comes from.
const (
	clientHTTP = "http" // net/http's, as a program in Go would use it
	clientLean = "lean" // a connection and nothing else
)

// newSender returns a connection of a client.
func newSender(client, base string) (sender, error) {
	switch client {
	case clientHTTP:
		return &httpSender{base: base, client: http.Client{
			Transport: &http.Transport{MaxIdleConnsPerHost: 1, MaxConnsPerHost: 1, DisableCompression: true}}}, nil
	case clientLean:
		return newConn(base)
	}
	return nil, errors.New("-client is " + clientHTTP + " or " + clientLean + ", not " + client)
}

// httpSender is a connection of net/http's client.
type httpSender struct {
	base   string
	client http.Client
	body   bytes.Buffer
}

func (s *httpSender) send(r *request, extra string, deadline time.Time) (status int, body []byte, err error) {
	ctx, cancel := context.WithDeadline(context.Background(), deadline)
	defer cancel()
	req, err := r.http(ctx, s.base, extra)
	if err != nil {
		return 0, nil, err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	s.body.Reset()
	_, err = s.body.ReadFrom(resp.Body)
	return resp.StatusCode, s.body.Bytes(), err
}

func (s *httpSender) close() { s.client.CloseIdleConnections() }

// http makes the request as net/http's client takes it, from the head as it is
// written. Requests are kept as bytes because the collector would have much to
// look through in so many maps.
func (r *request) http(ctx context.Context, base, extra string) (*http.Request, error) {
	line, rest, _ := strings.Cut(string(r.head)+extra, "\r\n")
	method, path, _ := strings.Cut(line, " ")
	path, _, _ = strings.Cut(path, " ")
	req, err := http.NewRequestWithContext(ctx, method, base+path, bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	for rest != "" {
		line, rest, _ = strings.Cut(rest, "\r\n")
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "Host":
			req.Host = value
		case "Content-Length": // of the body
		default:
			req.Header[name] = append(req.Header[name], value)
		}
	}
	return req, nil
}

// patience is how long a single request may take.
const patience = time.Minute

// roundTrip sends one request on a connection of its own.
func roundTrip(ctx context.Context, base string, r request) (status int, body []byte, err error) {
	c, err := newConn(base)
	if err != nil {
		return 0, nil, err
	}
	defer c.close()
	if err := ctx.Err(); err != nil {
		return 0, nil, err
	}
	return c.send(&r, "", time.Now().Add(patience))
}
