package sandbox

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"cloudless/internal/clock"
)

// frame makes a frame as runtimes write it.
// testStream is where the lines of these tests go.
var testStream = logKey{&Function{LogGroup: "g"}, "s"}

func frame(at time.Time, message string) []byte {
	b := binary.BigEndian.AppendUint32(nil, 0xa55a0003)
	b = binary.BigEndian.AppendUint32(b, uint32(len(message)))
	b = binary.BigEndian.AppendUint64(b, uint64(at.UnixMicro()))
	return append(b, message...)
}

// frameWithoutTime makes one of the oldest type.
func frameWithoutTime(message string) []byte {
	b := binary.BigEndian.AppendUint32(nil, 0xa55a0001)
	b = binary.BigEndian.AppendUint32(b, uint32(len(message)))
	return append(b, message...)
}

// parse returns what frames make of bytes that arrive in pieces of a size.
func parse(data []byte, size int) (messages []string, plain string) {
	f := &frames{
		emit:  func(at time.Time, m []byte) { messages = append(messages, fmt.Sprintf("%d %s", at.Unix(), m)) },
		plain: func(b []byte) { plain += string(b) },
	}
	for len(data) > 0 {
		n := min(size, len(data))
		f.write(data[:n])
		data = data[n:]
	}
	return messages, plain
}

func TestFrames(t *testing.T) {
	at := time.Unix(1700000000, 0)
	long := strings.Repeat("x", maxMessageBytes)
	for _, tt := range []struct {
		name  string
		data  []byte
		want  []string
		plain string
	}{
		{"one", frame(at, "hello\nyou"), []string{"1700000000 hello\nyou"}, ""},
		{"several", append(frame(at, "a"), frame(at, "b")...), []string{"1700000000 a", "1700000000 b"}, ""},
		{"without a time", frameWithoutTime("old"), []string{"-62135596800 old"}, ""},
		{"empty", frame(at, ""), nil, ""},
		{"not to its end", frame(at, "hello")[:18], nil, ""},
		{"too long for one event", frame(at, long+"y"), []string{"1700000000 " + long, "1700000000 y"}, ""},
		{"plain text", []byte("hello\n"), nil, "hello\n"},
		{"plain text after a frame", append(frame(at, "a"), "oops, no frame"...), []string{"1700000000 a"}, "oops, no frame"},
	} {
		for _, size := range []int{1, 3, 1 << 20} {
			t.Run(fmt.Sprintf("%s in pieces of %d", tt.name, size), func(t *testing.T) {
				messages, plain := parse(tt.data, size)
				if strings.Join(messages, "|") != strings.Join(tt.want, "|") || plain != tt.plain {
					t.Errorf("frames = %.200q and %q, want %.200q and %q", messages, plain, tt.want, tt.plain)
				}
			})
		}
	}
}

func FuzzFrames(f *testing.F) {
	at := time.Unix(1700000000, 0)
	f.Add(frame(at, "hello"), 3)
	f.Add(append(frameWithoutTime("a"), frame(at, "b")...), 1)
	f.Add([]byte("plain"), 2)
	f.Add([]byte("\xa5\x5a\x00\x03\xff\xff\xff\xff12345678rest"), 5)
	f.Fuzz(func(t *testing.T, data []byte, size int) {
		whole, wholePlain := parse(data, len(data)+1)
		pieces, piecesPlain := parse(data, max(1, size%64))
		if strings.Join(whole, "|") != strings.Join(pieces, "|") || wholePlain != piecesPlain {
			t.Errorf("the pieces in which %x arrives make a difference: %q %q, %q %q", data, whole, wholePlain, pieces, piecesPlain)
		}
		if n := len(strings.Join(whole, "")) + len(wholePlain); n > len(data)+16*len(whole) {
			t.Errorf("%d bytes were made of %d", n, len(data))
		}
	})
}

// printed returns an output whose log is read at the end.
func printed(t *testing.T, act func(o *output, plain, framed func(string))) string {
	t.Helper()
	logs := &memoryLogs{}
	p := newPump(logs, clock.System{}, slog.Default())
	o, plain, framed, err := newOutput(p, testStream, clock.System{}, newTelemetry(clock.System{}, nil))
	if err != nil {
		t.Fatal(err)
	}
	act(o, func(s string) { _, _ = plain.WriteString(s) }, func(s string) { _, _ = framed.WriteString(s) })
	plain.Close()
	framed.Close()
	o.close()
	if err := p.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	var text []string
	for _, e := range logs.events {
		text = append(text, e.Message)
	}
	return strings.Join(text, "|")
}

func TestOutputKeepsItsOrderAroundThePlatformsLines(t *testing.T) {
	got := printed(t, func(o *output, plain, framed func(string)) {
		plain("before\n")
		o.platform(platformEvent{line: "START\n"})
		plain("one\ntwo, not ended")
		o.platform(platformEvent{line: "END\n"})
		framed(string(frame(time.Now(), "framed\ntwice")))
		o.platform(platformEvent{line: "REPORT\n"})
		plain("after, not ended")
	})
	if want := "before\n|START\n|one\n|two, not ended\n|END\n|framed\ntwice\n|REPORT\n|after, not ended\n"; got != want {
		t.Errorf("log = %q, want %q", got, want)
	}
}

func TestLinesThatAreTooLongBecomeSeveral(t *testing.T) {
	got := printed(t, func(o *output, plain, _ func(string)) {
		for range 5 {
			plain(strings.Repeat("x", maxMessageBytes/4))
			o.drain()
		}
	})
	events := strings.Split(got, "|")
	if len(events) != 2 || len(events[0]) != maxMessageBytes || len(events[0])+len(events[1]) != 5*(maxMessageBytes/4)+2 {
		t.Errorf("%d events, the first of %d bytes, %d in all", len(events), len(events[0]), len(got)-1)
	}
}

func TestLinesOfThePlatformsAreNoLongerThanCloudWatchTakes(t *testing.T) {
	logs := &memoryLogs{}
	p := newPump(logs, clock.System{}, slog.Default())
	o, plain, framed, err := newOutput(p, testStream, clock.System{}, &telemetry{})
	if err != nil {
		t.Fatal(err)
	}
	plain.Close()
	framed.Close()
	o.add(strings.Repeat("x", 1<<20))
	o.close()
	if err := p.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(logs.events) != 1 || len(logs.events[0].Message) != maxMessageBytes {
		t.Errorf("%d events, want one of %d bytes", len(logs.events), maxMessageBytes)
	}
}

func TestTextThatIsNoneIsMended(t *testing.T) {
	got := printed(t, func(_ *output, plain, _ func(string)) { plain("a\xffb\n") })
	if got != "a\uFFFDb\n" {
		t.Errorf("log = %q", got)
	}
}

func TestTail(t *testing.T) {
	var tl tail
	for i := range 5000 {
		tl.add(fmt.Sprintf("line %d\n", i))
	}
	if got := tl.bytes(); len(got) != tailBytes || !bytes.HasSuffix(got, []byte("line 4999\n")) {
		t.Errorf("tail = %d bytes, ending in %q", len(got), got[len(got)-20:])
	}
	if got := (*tail)(nil).bytes(); got != nil {
		t.Errorf("a tail that is none = %q", got)
	}
}

// memoryLogs remembers what was printed.
type memoryLogs struct {
	mu      sync.Mutex
	events  []LogEvent
	streams map[string]bool
}

func (l *memoryLogs) Append(_ context.Context, fn *Function, stream string, events []LogEvent) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.streams == nil {
		l.streams = make(map[string]bool)
	}
	l.streams[fn.LogGroup+" "+stream] = true
	l.events = append(l.events, events...)
	return nil
}

func (l *memoryLogs) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.events)
}

// slowLogs takes events only when it is told to.
type slowLogs struct {
	memoryLogs
	gate chan struct{}
}

func (l *slowLogs) Append(ctx context.Context, fn *Function, stream string, events []LogEvent) error {
	<-l.gate
	return l.memoryLogs.Append(ctx, fn, stream, events)
}

func TestLogsThatAreTooSlowLoseLinesAndSaySo(t *testing.T) {
	logs := &slowLogs{gate: make(chan struct{})}
	p := newPump(logs, clock.System{}, slog.Default())
	message := strings.Repeat("x", 1<<20)
	for range 40 { // never waits, although nothing is taken
		p.add(testStream, LogEvent{time.Now(), message})
	}
	close(logs.gate)
	if err := p.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	last := logs.events[len(logs.events)-1].Message
	if len(logs.events) > 20 || !strings.Contains(last, "log events were dropped here") {
		t.Errorf("%d events, the last %.80q", len(logs.events), last)
	}
}

// TestWhoPrintsMostLeavesRoomForOthers has one stream that prints faster than is stored.
func TestWhoPrintsMostLeavesRoomForOthers(t *testing.T) {
	logs := &slowLogs{gate: make(chan struct{})}
	p := newPump(logs, clock.System{}, slog.Default())
	message := strings.Repeat("x", 64<<10)
	for range 1000 {
		p.add(testStream, LogEvent{time.Now(), message})
	}
	quiet := logKey{testStream.fn, "quiet"}
	for range 10 {
		p.add(quiet, LogEvent{time.Now(), "heard"})
	}
	close(logs.gate)
	if err := p.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	heard := 0
	for _, e := range logs.events {
		if e.Message == "heard" {
			heard++
		}
	}
	if heard != 10 {
		t.Errorf("of another stream %d events were stored, want 10", heard)
	}
}

func TestStreamsAreGatheredTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logs := &memoryLogs{}
		p := newPump(logs, clock.System{}, slog.Default())
		other := logKey{testStream.fn, "another"}
		p.add(testStream, LogEvent{time.Now(), "x"})
		synctest.Wait()
		p.add(other, LogEvent{time.Now(), "y"})
		synctest.Wait()
		if n := logs.count(); n != 0 {
			t.Errorf("%d events were handed over before their time", n)
		}
		time.Sleep(flushDelay)
		synctest.Wait()
		if n := logs.count(); n != 2 {
			t.Errorf("%d events were handed over in time, want 2", n)
		}
		if err := p.close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestEventsAreHandedOverInTheOrderOfTheirTimes(t *testing.T) {
	logs := &memoryLogs{}
	p := newPump(logs, clock.System{}, slog.Default())
	now := time.Now()
	for _, e := range []LogEvent{{now, "2"}, {now.Add(-time.Second), "1"}, {now, "3"}} {
		p.add(testStream, e)
	}
	if err := p.close(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got string
	for _, e := range logs.events {
		got += e.Message
	}
	if got != "123" {
		t.Errorf("handed over as %q", got)
	}
}

func TestExtensionsStartWhileThePlatformLogs(t *testing.T) {
	p := newPump(&memoryLogs{}, clock.System{}, slog.Default())
	o, plain, framed, err := newOutput(p, testStream, clock.System{}, &telemetry{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	defer plain.Close()
	defer framed.Close()
	var work sync.WaitGroup
	work.Go(func() {
		for range 20 {
			o.add("a line\n")
		}
	})
	for range 20 {
		w, err := o.companion()
		if err != nil {
			t.Fatal(err)
		}
		w.Close()
	}
	work.Wait()
}

func TestLogsThatNeverAnswerDoNotHoldUpTheEnd(t *testing.T) {
	logs := &slowLogs{gate: make(chan struct{})}
	defer close(logs.gate)
	p := newPump(logs, clock.System{}, slog.Default())
	p.add(testStream, LogEvent{time.Now(), "x"})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := p.close(ctx); err == nil {
		t.Error("close claims to have handed over what nobody took")
	}
}

func TestBatchesAreAsLargeAsCloudWatchTakes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		events int
		bytes  int // of each
		want   []int
	}{
		{"none", 0, 0, nil},
		{"few", 3, 10, []int{3}},
		{"many", 25_000, 1, []int{10_000, 10_000, 5_000}},
		{"large", 10, 256 << 10, []int{3, 3, 3, 1}},
		{"larger than a batch", 2, 2 << 20, []int{1, 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			events := make([]LogEvent, tt.events)
			for i := range events {
				events[i].Message = strings.Repeat("x", tt.bytes)
			}
			var got []int
			for b := range batches(events) {
				got = append(got, len(b))
			}
			if fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("batches = %v, want %v", got, tt.want)
			}
		})
	}
}
