package lookout

import (
	"errors"
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"
)

// always is for who has the processors to himself.
func always() bool { return true }

// pair returns both ends of a connection on which no read waits for too long.
func pair(t *testing.T, network string) (near, far net.Conn) {
	t.Helper()
	address := "127.0.0.1:0"
	if network == "unix" {
		address = filepath.Join(t.TempDir(), "socket")
	}
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if far, err = net.Dial(network, l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if near, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = near.Close(), far.Close() })
	if err := near.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return near, far
}

// onBoth runs a test of a lookout, which is worthwhile, and of who speaks to it.
func onBoth(t *testing.T, moment time.Duration, test func(t *testing.T, l *Lookout, far net.Conn)) {
	for _, network := range []string{"tcp", "unix"} {
		t.Run(network, func(t *testing.T) {
			near, far := pair(t, network)
			l := On(near, moment)
			if !canLook {
				t.Skip("one can look on Linux alone")
			}
			l.Expect()
			l.Came()
			if !l.Worthwhile() {
				t.Fatal("what came at once is not looked for")
			}
			test(t, l, far)
		})
	}
}

func send(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Error(err)
	}
}

func TestWhatComesIsSeen(t *testing.T) {
	onBoth(t, 30*time.Second, func(t *testing.T, l *Lookout, far net.Conn) {
		room := make([]byte, 10)
		for range 3 {
			l.Expect()
			go send(t, far, "word")
			n, err := l.Look(room, always)
			if err != nil || string(room[:n]) != "word" {
				t.Fatalf("Look = %q, %v", room[:n], err)
			}
			l.Came()
			send(t, far, "more")
			if n, err = l.Read(room); err != nil || string(room[:n]) != "more" {
				t.Fatalf("Read = %q, %v", room[:n], err)
			}
		}
	})
}

func TestOneLooksForAMomentOnly(t *testing.T) {
	for _, tt := range []struct {
		name   string
		moment time.Duration
		may    func() bool
	}{
		{"it is over", time.Millisecond, always},
		{"others need the processors", time.Hour, func() bool { return false }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			onBoth(t, tt.moment, func(t *testing.T, l *Lookout, far net.Conn) {
				l.Expect()
				if n, err := l.Look(make([]byte, 10), tt.may); err != ErrNothing || n != 0 {
					t.Errorf("Look = %d, %v", n, err)
				}
			})
		})
	}
}

// Between the look and the wait, nothing is lost, whenever it comes.
func TestWhatComesAfterALookEndsTheWait(t *testing.T) {
	onBoth(t, 100*time.Microsecond, func(t *testing.T, l *Lookout, far net.Conn) {
		room := make([]byte, 1)
		for i := range 300 {
			begun := make(chan struct{})
			go func() {
				<-begun
				time.Sleep(time.Duration(i) * time.Microsecond)
				send(t, far, "x")
			}()
			l.Expect()
			close(begun)
			_, err := l.Look(room, always)
			if err == ErrNothing {
				_, err = l.Read(room)
			}
			if err != nil {
				t.Fatalf("after %d: %v", i, err)
			}
		}
	})
}

func TestTheEndIsSeen(t *testing.T) {
	onBoth(t, time.Millisecond, func(t *testing.T, l *Lookout, far net.Conn) {
		l.Expect()
		if _, err := l.Look(make([]byte, 1), always); err != ErrNothing {
			t.Fatal(err)
		}
		_ = far.Close()
		if _, err := l.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("Read: %v", err)
		}
		l.pace.moment = time.Hour
		if _, err := l.Look(make([]byte, 1), always); err != io.EOF {
			t.Errorf("Look: %v", err)
		}
		_ = l.conn.Close()
		if _, err := l.Look(make([]byte, 1), always); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Look at what is closed here: %v", err)
		}
	})
}

func TestWhatIsNoSocketIsWaitedFor(t *testing.T) {
	near, far := net.Pipe()
	l := On(near, time.Hour)
	l.Expect()
	l.Came()
	if l.Worthwhile() {
		t.Error("it is looked for")
	}
	go send(t, far, "x")
	if n, err := l.Read(make([]byte, 9)); n != 1 || err != nil {
		t.Errorf("Read = %d, %v", n, err)
	}
}

// In each step something comes, soon or late, and is missed if it was looked for and came late.
func TestItIsLookedForWhileItComes(t *testing.T) {
	p := pace{moment: time.Minute}
	var looked []bool
	for i := range 14 {
		late := i >= 2 && i < 8
		p.since = time.Now()
		if looks := p.quick(); looks {
			looked = append(looked, true)
			p.missed = late
		} else {
			looked = append(looked, false)
		}
		if late && i%2 == 0 {
			p.since = p.since.Add(-time.Hour)
		}
		p.came()
	}
	want := []bool{false, true, true, false, true, false, false, false, true, true, true, true, true, true}
	for i := range want {
		if looked[i] != want[i] {
			t.Fatalf("looked = %v\n  want = %v", looked, want)
		}
	}
	for range 20 {
		p.missed = true
		p.came()
	}
	if p.rest != longestRest {
		t.Errorf("after nothing but misses it rests %d times", p.rest)
	}
}
