package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// conn is one connection to a server, of the lean client. Whoever sends a
// request on it writes the bytes and reads the answer himself: the hand-over
// between goroutines in the client of net/http costs as much as a bare server
// does, and the cores are shared with what is measured.
type conn struct {
	base *url.URL
	c    net.Conn // nil until the first request and after a failure
	in   *bufio.Reader
	out  []byte
	body bytes.Buffer
}

func newConn(base string) (*conn, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%q is not the URL of a server", base)
	}
	return &conn{base: u}, nil
}

// send sends a request, with one more header line or none, and returns the
// answer. The body is good until the next call. After an error the next request
// gets a new connection.
func (c *conn) send(r *request, extra string, deadline time.Time) (status int, body []byte, err error) {
	if c.c == nil {
		if err := c.dial(deadline); err != nil {
			return 0, nil, err
		}
	}
	keep := false
	defer func() {
		if !keep {
			c.close()
		}
	}()
	if err := c.c.SetDeadline(deadline); err != nil {
		return 0, nil, err
	}
	c.out = r.append(c.out[:0], extra)
	if _, err := c.c.Write(c.out); err != nil {
		return 0, nil, err
	}
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0, nil, err
	}
	c.body.Reset()
	if _, err := io.Copy(&c.body, resp.Body); err != nil {
		return 0, nil, err
	}
	keep = !resp.Close
	return resp.StatusCode, c.body.Bytes(), nil
}

func (c *conn) dial(deadline time.Time) (err error) {
	d := net.Dialer{Deadline: deadline}
	address := c.base.Host
	if c.base.Port() == "" {
		address = net.JoinHostPort(c.base.Hostname(), c.base.Scheme)
	}
	if c.base.Scheme == "https" {
		c.c, err = tls.DialWithDialer(&d, "tcp", address, nil)
	} else {
		c.c, err = d.Dial("tcp", address)
	}
	if err != nil {
		c.c = nil // not an interface that holds nil
		return err
	}
	c.in = bufio.NewReader(c.c)
	return nil
}

func (c *conn) close() {
	if c.c != nil {
		_ = c.c.Close() // nothing is lost: each answer was read whole, or is an error
		c.c = nil
	}
}
