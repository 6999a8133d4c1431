package s3

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
)

func TestOneOfManyMakesTheObject(t *testing.T) {
	h := newHarness(t)
	var (
		wg   sync.WaitGroup
		made atomic.Int64
	)
	for i := range 20 {
		wg.Go(func() {
			_, err := h.tryPut("key", fmt.Sprint(i), func(in *s3api.PutObjectRequest) { in.IfNoneMatch = new("*") })
			switch {
			case err == nil:
				made.Add(1)
			case !errors.Is(err, &awserr.Error{Code: "PreconditionFailed"}):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if made.Load() != 1 {
		t.Errorf("%d puts succeeded, want 1", made.Load())
	}
	if n := len(h.blobs.names()); n != 1 {
		t.Errorf("%d blobs, want 1", n)
	}
}

// Whoever reads while others write, copy, delete and collect finds one of the
// bodies, whole, or no object.
func TestReadersSeeWholeObjects(t *testing.T) {
	h := newHarness(t)
	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	body := func(i int) string { return fmt.Sprintf("%d:%d", i, i*i) }
	for w := range 4 {
		writers.Go(func() {
			for i := range 50 {
				switch (w + i) % 5 {
				case 0:
					_, err := h.DeleteObject(t.Context(), root, &s3api.DeleteObjectRequest{Bucket: "bucket", Key: "key"})
					if err != nil {
						t.Error(err)
					}
				case 1:
					upload := h.begin()
					if _, err := h.complete(upload, []s3api.CompletedPart{h.part(upload, 1, body(i))}); err != nil {
						t.Error(err)
					}
				default:
					h.put("key", body(i))
				}
			}
		})
	}
	readers.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
			}
			if err := h.collect(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				out, err := h.GetObject(t.Context(), root, &s3api.GetObjectRequest{Bucket: "bucket", Key: "key"})
				if awserr.Code(err) == "NoSuchKey" {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				got := h.read(out.Body)
				var i int
				if fmt.Sscanf(got, "%d:", &i); got != body(i) {
					t.Errorf("read %q", got)
				}
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	h.put("key", "last")
	if err := h.collect(t.Context()); err != nil || len(h.blobs.names()) != 1 {
		t.Errorf("%d blobs in the end, want 1; %v", len(h.blobs.names()), err)
	}
}
