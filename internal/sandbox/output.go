package sandbox

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"cloudless/internal/clock"
	"cloudless/internal/sandbox/runtimeapi"
)

const (
	// maxMessageBytes is the longest message that CloudWatch takes; longer ones
	// become several.
	maxMessageBytes = 256<<10 - eventOverhead
	// tailBytes is what LogType=Tail shows.
	tailBytes = 4 << 10
	// drainBytes is more than a pipe holds: whatever was written before a moment
	// has been read when that much was read after it.
	drainBytes = 256 << 10
	readBytes  = 64 << 10
)

// output is what one environment prints, as messages in the order in which they
// were printed, together with the lines that the platform adds.
type output struct {
	pump  *pump
	key   logKey
	clock clock.Clock
	pipes []*pipe

	mu   sync.Mutex
	line []byte // of plain text, until its end comes
	tail *tail  // of the invocation, if there is one
}

// newOutput returns an output and the ends of its pipes for the process: plain
// text, and frames. The caller closes these when the process has them.
func newOutput(p *pump, key logKey, c clock.Clock) (o *output, plain, framed *os.File, err error) {
	o = &output{pump: p, key: key, clock: c}
	f := &frames{
		emit:  func(at time.Time, message []byte) { o.emitLocked(at, string(message)) },
		plain: o.textLocked,
	}
	plain, err = o.pipe(o.textLocked)
	if err != nil {
		return nil, nil, nil, err
	}
	framed, err = o.pipe(f.write)
	if err != nil {
		plain.Close()
		o.close()
		return nil, nil, nil, err
	}
	return o, plain, framed, nil
}

// assign makes what is printed from now on the output of a stream. What was
// printed before is nobody's.
func (o *output) assign(key logKey) {
	o.drain()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.line = o.line[:0]
	o.key = key
}

// pipe opens one more pipe, whose bytes go to take, under o's lock.
func (o *output) pipe(take func([]byte)) (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make a pipe for the function's output: %w", err)
	}
	// The process expects to be made to wait when the pipe is full.
	if err := syscall.SetNonblock(int(w.Fd()), false); err != nil {
		r.Close()
		w.Close()
		return nil, fmt.Errorf("make a pipe for the function's output: %w", err)
	}
	p := &pipe{file: r, mu: &o.mu, take: take, buf: make([]byte, readBytes), done: make(chan struct{})}
	o.pipes = append(o.pipes, p)
	go p.run()
	return w, nil
}

// begin starts an invocation: its tail begins here.
func (o *output) begin() {
	o.drain()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tail = &tail{}
}

// end ends it and returns the last of its lines.
func (o *output) end() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.tail
	o.tail = nil
	return t.bytes()
}

// platform adds a line that the function did not print itself, after all that it
// has printed until now.
func (o *output) platform(line string) {
	o.drain()
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.line) > 0 {
		o.endLineLocked()
	}
	o.emitLocked(time.Time{}, line)
}

// extensions adds what the log says of them once they are ready.
func (o *output) extensions(all []runtimeapi.Extension) {
	for _, x := range all {
		o.platform(fmt.Sprintf("EXTENSION\tName: %s\tState: Ready\tEvents: [%s]\n", x.Name, strings.Join(x.Events, ",")))
	}
}

// drain reads what the process has written until now. It never waits.
func (o *output) drain() {
	for _, p := range o.pipes {
		p.drain()
	}
}

// close reads what is left and ends. The process has ended.
func (o *output) close() {
	o.drain()
	for _, p := range o.pipes {
		p.file.Close()
		<-p.done
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.line) > 0 {
		o.endLineLocked()
	}
}

// textLocked cuts plain text into lines.
func (o *output) textLocked(data []byte) {
	for len(data) > 0 {
		line, rest, whole := bytes.Cut(data, []byte{'\n'})
		if room := maxMessageBytes - len(o.line); len(line) > room {
			line, rest, whole = data[:room], data[room:], true
		}
		o.line = append(o.line, line...)
		if whole {
			o.endLineLocked()
		}
		data = rest
	}
}

func (o *output) endLineLocked() {
	o.emitLocked(time.Time{}, string(o.line))
	o.line = o.line[:0]
}

// emitLocked passes one message on.
func (o *output) emitLocked(at time.Time, message string) {
	if now := o.clock.Now(); at.IsZero() || at.After(now) {
		at = now
	}
	message = strings.ToValidUTF8(message, "\uFFFD")
	if !strings.HasSuffix(message, "\n") {
		message += "\n"
	}
	if o.tail != nil {
		o.tail.add(message)
	}
	o.pump.add(o.key, LogEvent{Timestamp: at, Message: message})
}

// pipe is our end of a pipe. A goroutine reads it; whoever has to know that all
// is read that was written until now reads it as well.
type pipe struct {
	file *os.File
	mu   *sync.Mutex // held while bytes are read and taken, so that they stay in order
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
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		n, err := syscall.Read(fd, p.buf)
		if err == syscall.EINTR {
			continue
		}
		if n > 0 {
			p.take(p.buf[:n])
		}
		return n, err
	}
}

// tail keeps the last bytes of a text.
type tail struct{ kept []byte }

func (t *tail) add(s string) {
	t.kept = append(t.kept, s...)
	if len(t.kept) > 4*tailBytes {
		t.kept = append(t.kept[:0], t.kept[len(t.kept)-tailBytes:]...)
	}
}

func (t *tail) bytes() []byte {
	if t == nil {
		return nil
	}
	return t.kept[max(0, len(t.kept)-tailBytes):]
}
