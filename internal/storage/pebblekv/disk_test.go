package pebblekv

import (
	"strings"
	"sync"
	"testing"
	"time"

	"cloudless/internal/storage/kv"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// disk is a file system whose log can be held up, or broken, at its fsyncs.
type disk struct {
	*errorfs.FS
	mem  *vfs.MemFS
	slow time.Duration // how long each sync takes

	mu      sync.Mutex
	held    chan struct{} // syncs wait until it is closed; nil: they pass
	broken  error         // what syncs that may go on return
	waiting chan struct{} // gets one for each sync that is held up
}

func newDisk() *disk {
	d := &disk{mem: vfs.NewCrashableMem(), waiting: make(chan struct{}, 100)}
	d.FS = errorfs.Wrap(d.mem, errorfs.InjectorFunc(d.onOp))
	return d
}

func (d *disk) onOp(op errorfs.Op) error {
	isSync := op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData || op.Kind == errorfs.OpFileSyncTo
	if !isSync || !strings.HasSuffix(op.Path, ".log") {
		return nil
	}
	time.Sleep(d.slow)
	d.mu.Lock()
	held := d.held
	d.mu.Unlock()
	if held != nil {
		d.waiting <- struct{}{}
		<-held
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.broken
}

// hold holds up fsyncs until the returned function is called, which makes them
// fail if broken is not nil.
func (d *disk) hold() (goOn func(broken error)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	held := make(chan struct{})
	d.held = held
	return func(broken error) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.held, d.broken = nil, broken
		close(held)
	}
}

const (
	patience = 30 * time.Second      // for what must happen
	grace    = 30 * time.Millisecond // for what must not
)

// set gives each key a value.
func set(t *testing.T, s *Store, keys ...string) {
	t.Helper()
	err := s.Update(t.Context(), kv.Claims{}, func(tx kv.Tx) error {
		for _, key := range keys {
			tx.Set([]byte(key), []byte("1"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func wait[T any](t *testing.T, what string, ch <-chan T) T {
	t.Helper()
	select {
	case v := <-ch:
		return v
	case <-time.After(patience):
		t.Fatalf("%s: still nothing after %v", what, patience)
		panic("unreachable")
	}
}

func wantNil(t *testing.T, what string, ch <-chan error) {
	t.Helper()
	if err := wait(t, what, ch); err != nil {
		t.Errorf("%s: %v", what, err)
	}
}
