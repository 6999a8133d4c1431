package runtimeapi

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync"
)

const (
	maxHeadBytes = 1 << 20 // of a request: AWS's clients send what X-Ray is to know in one
	// usualHeadBytes is how much of a head is read at any time. What is longer is read
	// of one connection at a time: a program may begin as many as it has connections.
	usualHeadBytes = 32 << 10
)

// headLimit reads no more than left bytes; of a long head only while it has its turn.
type headLimit struct {
	long *sync.Mutex
	turn bool
	from io.Reader
	left int64
	look func(p []byte) (int, error) // reads instead of from, unless it is nil
}

var errHeadTooLong = errors.New("the head of a request is too long")

func (l *headLimit) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errHeadTooLong
	}
	if l.left <= maxHeadBytes-usualHeadBytes && !l.turn {
		l.long.Lock()
		l.turn = true
	}
	read := l.from.Read
	if l.look != nil {
		read = l.look
	}
	n, err := read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}

// release gives the turn to the next, when a head has been read.
func (l *headLimit) release() {
	if l.turn {
		l.turn = false
		l.long.Unlock()
	}
}

// headEnds reports whether the head of a request has been read whole.
func headEnds(in *bufio.Reader) bool {
	read, _ := in.Peek(in.Buffered()) // it is there
	return bytes.Contains(read, []byte("\r\n\r\n"))
}
