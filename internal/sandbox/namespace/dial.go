//go:build linux

package namespace

import (
	"context"
	"errors"
	"net"
	"os"

	"cloudless/internal/sandbox/namespace/inner"
)

// dialed is the answer to a question for a connection.
type dialed struct {
	conn net.Conn
	err  error
}

// Dial connects to a port inside. It is of [driver.Dialer].
func (e *Environment) Dial(ctx context.Context, port int) (net.Conn, error) {
	answer := make(chan dialed, 1)
	e.dialMu.Lock()
	if e.dials == nil {
		e.dialMu.Unlock()
		return nil, errEnded
	}
	e.dialNumber++
	number := e.dialNumber
	e.dials[number] = answer
	e.dialMu.Unlock()
	if err := e.tell(inner.Order{Dial: &inner.Dial{Number: number, Port: port}}); err != nil {
		return nil, err
	}
	select {
	case d := <-answer:
		return d.conn, d.err
	case <-ctx.Done():
		e.dialMu.Lock()
		delete(e.dials, number) // an answer that comes later is closed
		e.dialMu.Unlock()
		return nil, ctx.Err()
	}
}

// hearDialed takes init's answer.
func (e *Environment) hearDialed(d *inner.Dial, fds []int) {
	e.dialMu.Lock()
	answer := e.dials[d.Number]
	delete(e.dials, d.Number)
	e.dialMu.Unlock()
	if d.Err != "" || len(fds) != 1 || answer == nil {
		inner.CloseAll(fds)
		if answer != nil {
			answer <- dialed{err: errors.New("dial: " + d.Err)}
		}
		return
	}
	file := os.NewFile(uintptr(fds[0]), "inner connection")
	defer file.Close() // the net package works on a duplicate
	conn, err := net.FileConn(file)
	answer <- dialed{conn, err}
}

// endDials answers those that still wait.
func (e *Environment) endDials() {
	e.dialMu.Lock()
	defer e.dialMu.Unlock()
	for _, answer := range e.dials {
		answer <- dialed{err: errEnded}
	}
	e.dials = nil
}
