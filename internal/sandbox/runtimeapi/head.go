package runtimeapi

import (
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
	n, err := l.from.Read(p[:min(int64(len(p)), l.left)])
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
