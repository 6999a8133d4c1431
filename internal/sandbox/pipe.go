package sandbox

import (
	"os"
	"syscall"
	"time"
)

const (
	// drainBytes is more than a pipe holds, also one that a program has made as large as
	// it may: whatever was written before a moment has been read when that much was read
	// after it.
	drainBytes = 1<<20 + readBytes
	readBytes  = 64 << 10
)

const (
	// printRate is how much of what one environment prints is read in a second, once it has
	// printed printBurst: whoever prints more waits with a full pipe. To read, cut and store
	// costs the server some of its processors, which others need.
	printRate  = 8 << 20
	printBurst = 32 << 20
	// lineCost is what a line costs beside its bytes, in bytes: empty lines are no less work.
	lineCost = 200
)

// pipe is our end of a pipe. A goroutine reads it; whoever has to know that all
// is read that was written until now reads it as well.
type pipe struct {
	file *os.File
	out  *output // whose lock is held while bytes are read and taken, so that they stay in order
	take func([]byte)
	buf  []byte
	done chan struct{}
}

func (p *pipe) run() {
	defer close(p.done)
	conn, err := p.file.SyscallConn()
	if err != nil {
		return
	}
	// An error says that the pipe was closed under us, which is how it ends.
	_ = conn.Read(func(fd uintptr) bool {
		for {
			p.out.await()
			n, err := p.pull(int(fd))
			if err == syscall.EAGAIN {
				return false
			}
			if n <= 0 {
				return true
			}
		}
	})
}

func (p *pipe) drain() {
	conn, err := p.file.SyscallConn()
	if err != nil {
		return
	}
	_ = conn.Control(func(fd uintptr) {
		for total := 0; total < drainBytes; {
			n, _ := p.pull(int(fd))
			if n <= 0 {
				return
			}
			total += n
		}
	})
}

func (p *pipe) pull(fd int) (int, error) {
	p.out.mu.Lock()
	defer p.out.mu.Unlock()
	for {
		n, err := syscall.Read(fd, p.buf)
		if err == syscall.EINTR {
			continue
		}
		if n > 0 {
			p.out.pace.spend(p.out.clock.Now(), n)
			p.take(p.buf[:n])
		}
		return n, err
	}
}

// await waits while an environment prints faster than is fair, or than its log is stored.
// The program waits with us when its pipe is full, and nothing is lost.
func (o *output) await() {
	for {
		o.mu.Lock()
		key, wait := o.key, o.pace.wait(o.clock.Now())
		o.mu.Unlock()
		var due <-chan time.Time
		room := o.pump.full(key)
		switch {
		case wait > 0:
			room, due = nil, o.clock.After(wait)
		case room == nil:
			return
		}
		select {
		case <-room:
		case <-due:
		case <-o.closing:
			return
		}
	}
}

// pace is how fast an environment prints: the time until which what it has printed would
// have lasted at the rate that it may have.
type pace struct{ until time.Time }

// spend notes some bytes.
func (p *pace) spend(now time.Time, bytes int) {
	const burst = printBurst * time.Second / printRate
	if earliest := now.Add(-burst); p.until.Before(earliest) {
		p.until = earliest
	}
	p.until = p.until.Add(time.Duration(bytes) * time.Second / printRate)
}

// wait is how long it has to be until more is read.
func (p *pace) wait(now time.Time) time.Duration { return p.until.Sub(now) }
