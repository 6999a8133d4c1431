package front

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"
)

// A callContext ends as the contexts of the standard library do, whether
// somebody has waited for it or not.
func TestCallsEnd(t *testing.T) {
	type key struct{}
	for _, tt := range []struct {
		name   string
		after  func(endRequest context.CancelFunc, v *visit)
		reason error
	}{
		{"not before their time", func(context.CancelFunc, *visit) { time.Sleep(longestCall - time.Second) }, nil},
		{"in time", func(context.CancelFunc, *visit) { time.Sleep(longestCall + time.Second) }, context.DeadlineExceeded},
		{"with the request", func(end context.CancelFunc, _ *visit) { end() }, context.Canceled},
		{"with the visit", func(_ context.CancelFunc, v *visit) { v.context.end() }, context.Canceled},
		{"for one reason", func(end context.CancelFunc, v *visit) {
			time.Sleep(longestCall + time.Second)
			_ = v.context.Err()
			end()
			v.context.end()
		}, context.DeadlineExceeded},
	} {
		for _, awaited := range []bool{false, true} {
			t.Run(tt.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					request, endRequest := context.WithCancel(context.WithValue(t.Context(), key{}, "value"))
					defer endRequest()
					var v visit
					defer v.context.end()
					ctx := v.within(request)
					if awaited {
						ctx.Done()
					}
					if d, ok := ctx.Deadline(); !ok || !d.Equal(time.Now().Add(longestCall)) {
						t.Errorf("Deadline = %v, %v", d, ok)
					}
					tt.after(endRequest, &v)
					synctest.Wait()
					if err := ctx.Err(); !errors.Is(err, tt.reason) {
						t.Errorf("Err = %v, want %v", err, tt.reason)
					}
					select {
					case <-ctx.Done():
						if tt.reason == nil {
							t.Error("Done is closed")
						}
					default:
						if tt.reason != nil {
							t.Error("Done is open")
						}
					}
					if got := ctx.Value(key{}); got != "value" {
						t.Errorf("Value = %v", got)
					}
				})
			})
		}
	}
}

func TestContextsWithinACallTakeNoGoroutine(t *testing.T) {
	var v visit
	defer v.context.end()
	request, end := context.WithCancel(t.Context())
	defer end()
	ctx := v.within(request)
	before := runtime.NumGoroutine()
	child, cancel := context.WithCancel(ctx)
	defer cancel()
	if n := runtime.NumGoroutine() - before; n > 0 {
		t.Errorf("%d goroutines for a context", n)
	}
	v.context.end()
	if child.Err() == nil {
		t.Error("the context within has not ended")
	}
}

func TestBodiesAreReadWholeWhateverTheirLengthSays(t *testing.T) {
	for _, size := range []int{0, 1, 511, 512, 513, 64 << 10, 64<<10 + 1, 1 << 20} {
		want := bytes.Repeat([]byte("x"), size)
		for _, said := range []int64{-1, 0, int64(size), int64(size) + 1, 1 << 40} {
			for name, from := range map[string]io.Reader{
				"at once": bytes.NewReader(want), "with its end": iotest.DataErrReader(bytes.NewReader(want)),
				"in halves": iotest.HalfReader(bytes.NewReader(want)),
			} {
				got, err := readAll(from, said)
				if err != nil || got == nil || !bytes.Equal(got, want) {
					t.Errorf("%d bytes that say %d, %s: got %d, %v", size, said, name, len(got), err)
				}
			}
		}
	}
	if _, err := readAll(iotest.ErrReader(io.ErrUnexpectedEOF), 10); err != io.ErrUnexpectedEOF {
		t.Errorf("a body that breaks off: %v", err)
	}
}
