//go:build linux

package namespace

import (
	"context"
	"errors"
	"net"
	"os"

	"golang.org/x/sys/unix"
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
	if err := e.tell(order{Dial: &dial{Number: number, Port: port}}); err != nil {
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
func (e *Environment) hearDialed(d *dial, fds []int) {
	e.dialMu.Lock()
	answer := e.dials[d.Number]
	delete(e.dials, d.Number)
	e.dialMu.Unlock()
	if d.Err != "" || len(fds) != 1 || answer == nil {
		closeAll(fds)
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

// dial begins to connect, and hands out the socket at once: whoever writes to it
// waits until it is connected. So nobody inside can make init wait.
func (g *guardian) dial(d *dial) {
	told := report{Dialed: &dial{Number: d.Number}}
	fd, err := connect(d.Port)
	if err != nil {
		told.Dialed.Err = err.Error()
		_ = g.send(told) // fails only if the server has gone
		return
	}
	defer unix.Close(fd)
	_ = g.send(told, fd)
}

func connect(port int) (fd int, err error) {
	fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return -1, err
	}
	err = unix.Connect(fd, &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}})
	if err != nil && err != unix.EINPROGRESS {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}
