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
)

const (
	// maxMessageBytes is the longest message that CloudWatch takes; longer ones
	// become several.
	maxMessageBytes = 256<<10 - eventOverhead
	// tailBytes is what LogType=Tail shows.
	tailBytes = 4 << 10
)

// output is what one environment prints, as messages in the order in which they
// were printed, together with the lines that the platform adds.
type output struct {
	pump  *pump
	key   logKey
	clock clock.Clock

	telemetry *telemetry
	closing   chan struct{} // closed when nobody may wait any longer

	mu    sync.Mutex
	pace  pace
	pipes []*pipe  // grows while extensions start
	text  lines    // plain text of the function
	other []*lines // of its extensions
	tail  *tail    // of the invocation, or of the start before the first one, if there is either
}

// What prints lines, in the words of the Telemetry API.
const (
	byFunction  = "function"
	byExtension = "extension"
)

// lines cuts plain text into lines. It is guarded by output.mu.
type lines struct {
	out  *output
	by   string
	line []byte // until its end comes
}

// newOutput returns an output and the ends of its pipes for the process: plain
// text, and frames. The caller closes these when the process has them.
func newOutput(p *pump, key logKey, c clock.Clock, t *telemetry) (o *output, plain, framed *os.File, err error) {
	o = &output{pump: p, key: key, clock: c, telemetry: t, closing: make(chan struct{}), tail: &tail{}}
	o.text = lines{out: o, by: byFunction}
	f := &frames{
		emit:  func(at time.Time, message []byte) { o.printedLocked(at, byFunction, string(message)) },
		plain: o.text.writeLocked,
	}
	plain, err = o.pipe(o.text.writeLocked)
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
	o.text.line = o.text.line[:0]
	o.key, o.tail = key, &tail{}
	o.telemetry.forget()
}

// companion opens a pipe for what an extension prints.
func (o *output) companion() (*os.File, error) {
	l := &lines{out: o, by: byExtension}
	o.mu.Lock()
	o.other = append(o.other, l)
	o.mu.Unlock()
	return o.pipe(l.writeLocked)
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
	p := &pipe{file: r, out: o, take: take, buf: make([]byte, readBytes), done: make(chan struct{})}
	o.mu.Lock()
	o.pipes = append(o.pipes, p)
	o.mu.Unlock()
	go p.run()
	return w, nil
}

// open returns the pipes that there are by now.
func (o *output) open() []*pipe {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.pipes
}

// begin starts an invocation, with a line unless that is empty. Its tail begins here,
// unless it goes on from a start that is part of it.
func (o *output) begin(line string, goesOn bool) {
	o.drain()
	o.mu.Lock()
	defer o.mu.Unlock()
	if !goesOn {
		o.tail = &tail{}
	}
	o.addLocked(line)
}

// end ends it and returns the last of its lines.
func (o *output) end() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	t := o.tail
	o.tail = nil
	return t.bytes()
}

// platform tells of an event of Lambda's own, after all that the function has
// printed until now: in the log, and to those who have subscribed.
func (o *output) platform(e platformEvent) {
	o.log(e)
	o.tell(e)
}

// log tells of an event in the log alone.
func (o *output) log(e platformEvent) {
	if o.isJSON() {
		o.add(e.json(o))
	} else if e.line != "" {
		o.add(e.line)
	}
}

// add adds lines of Lambda's own to the log, those that are not empty, after all
// that was printed until now.
func (o *output) add(lines ...string) {
	o.drain()
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, line := range lines {
		o.addLocked(line)
	}
}

func (o *output) addLocked(line string) {
	o.text.endLocked()
	if line != "" {
		o.emitLocked(time.Time{}, line)
	}
}

// isPlain reports whether the lines of a text are all that is to be told: most
// environments are so, and need not make events of what happens with each
// invocation.
func (o *output) isPlain() bool { return !o.isJSON() && !o.telemetry.heard() }

// isJSON reports whether the function's log is JSON. A function does not change.
func (o *output) isJSON() bool { return o.key.fn.LogFormat == formatJSON }

// tell tells of an event only those who have subscribed.
func (o *output) tell(e platformEvent) {
	if !o.telemetry.heard() {
		return
	}
	o.drain()
	o.mu.Lock() // in order with what is printed
	defer o.mu.Unlock()
	o.telemetry.publish(happening{at: o.clock.Now(), kind: e.kind, platformEvent: e, size: len(e.line) + 256})
}

// drain reads what the process has written until now. It never waits.
func (o *output) drain() {
	for _, p := range o.open() {
		p.drain()
	}
}

// close reads what is left and ends. The process has ended.
func (o *output) close() {
	close(o.closing)
	o.drain()
	for _, p := range o.open() {
		p.file.Close()
		<-p.done
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.endLocked()
	for _, l := range o.other {
		l.endLocked()
	}
}

// writeLocked takes more text.
func (l *lines) writeLocked(data []byte) {
	for len(data) > 0 {
		line, rest, whole := bytes.Cut(data, []byte{'\n'})
		if room := maxMessageBytes - len("\n") - len(l.line); len(line) > room {
			line, rest, whole = data[:room], data[room:], true
		}
		l.line = append(l.line, line...)
		if whole {
			l.passLocked()
		}
		data = rest
	}
}

// endLocked ends a line that has begun.
func (l *lines) endLocked() {
	if len(l.line) > 0 {
		l.passLocked()
	}
}

func (l *lines) passLocked() {
	l.out.printedLocked(time.Time{}, l.by, string(l.line))
	l.line = l.line[:0]
}

// printedLocked takes a message that was printed.
func (o *output) printedLocked(at time.Time, by, message string) {
	now := o.clock.Now()
	if at.IsZero() || at.After(now) {
		at = now
	}
	o.pace.spend(now, lineCost)
	message = strings.ToValidUTF8(message, "\uFFFD")
	if !strings.HasSuffix(message, "\n") {
		message += "\n"
	}
	if o.isPlain() {
		o.emitLocked(at, message)
		return
	}
	h := happening{at: at, kind: by, platformEvent: platformEvent{record: message, logsRecord: message}, size: len(message)}
	if o.isJSON() && by == byFunction {
		h.object = objectOf(message)
	}
	o.telemetry.publish(h)
	if h.object == nil || printedLevel(h.object) >= parseLevel(o.key.fn.ApplicationLogLevel) {
		o.emitLocked(at, message)
	}
}

// emitLocked passes one message on to the log. One of Lambda's own may have words of
// the function's in it, of any length.
func (o *output) emitLocked(at time.Time, message string) {
	message = message[:min(len(message), maxMessageBytes)]
	if at.IsZero() {
		at = o.clock.Now()
	}
	if o.tail != nil {
		o.tail.add(message)
	}
	o.pump.add(o.key, LogEvent{Timestamp: at, Message: message})
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
