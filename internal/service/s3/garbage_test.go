package s3

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	s3api "cloudless/internal/api/s3"
	"cloudless/internal/storage/kv"
)

// records counts what the store has below a key.
func (h *harness) records(base []byte) (n int) {
	h.t.Helper()
	err := h.kv.View(h.t.Context(), func(r kv.Reader) error {
		for _, err := range r.Scan(kv.Prefix(base)) {
			if err != nil {
				return err
			}
			n++
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

func TestWhatIsReplacedOrDeletedGoes(t *testing.T) {
	h := newHarness(t)
	for range 3 {
		h.put("key", "body")
	}
	h.put("other", "body")
	if _, err := h.DeleteObject(t.Context(), root, &s3api.DeleteObjectRequest{Bucket: "bucket", Key: "other"}); err != nil {
		t.Fatal(err)
	}
	if n := len(h.blobs.names()); n != 4 {
		t.Errorf("%d blobs before collection, want 4", n)
	}
	if err := h.collect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, g := len(h.blobs.names()), h.records(allGarbage); n != 1 || g != 0 {
		t.Errorf("%d blobs and %d pieces of garbage, want 1 and 0", n, g)
	}
	if body, _ := h.get("key"); body != "body" {
		t.Errorf("body = %q", body)
	}
}

func TestGarbageOfManyBatchesGoes(t *testing.T) {
	h := newHarness(t)
	for range collectBatch*2 + 2 {
		h.put("key", "body")
	}
	if err := h.collect(t.Context()); err != nil || len(h.blobs.names()) != 1 {
		t.Errorf("%d blobs, want 1; %v", len(h.blobs.names()), err)
	}
}

// A reader of a multipart object goes on to its end, whatever becomes of the
// object.
func TestReadersKeepWhatTheyRead(t *testing.T) {
	h := newHarness(t)
	upload := h.begin()
	parts := []s3api.CompletedPart{h.part(upload, 1, large("a")), h.part(upload, 2, "end")}
	if _, err := h.complete(upload, parts); err != nil {
		t.Fatal(err)
	}
	out, err := h.GetObject(t.Context(), root, &s3api.GetObjectRequest{Bucket: "bucket", Key: "key"})
	if err != nil {
		t.Fatal(err)
	}
	h.put("key", "new")
	if err := h.collect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if body := h.read(out.Body); body != large("a")+"end" {
		t.Errorf("%d bytes, want %d", len(body), minPartBytes+3)
	}
	if err := h.collect(t.Context()); err != nil || len(h.blobs.names()) != 1 {
		t.Errorf("%d blobs after the reader has gone, want 1; %v", len(h.blobs.names()), err)
	}
}

// An object whose bytes go between the reading of its record and of its bytes
// is looked for again.
func TestGetObjectLooksAgain(t *testing.T) {
	for name, store := range map[string]func(*harness, string){
		"whole": func(h *harness, body string) { h.put("key", body) },
		"in parts": func(h *harness, body string) {
			upload := h.begin()
			if _, err := h.complete(upload, []s3api.CompletedPart{h.part(upload, 1, body)}); err != nil {
				h.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t)
			store(h, "old")
			h.blobs.opening = func() {
				h.blobs.opening = nil
				store(h, "new")
				if err := h.collect(t.Context()); err != nil {
					t.Error(err)
				}
			}
			if body, _ := h.get("key"); body != "new" && !(name == "in parts" && body == "old") {
				t.Errorf("body = %q", body)
			}
		})
	}
}

// What a crash leaves behind goes with the next run: the blob of a put that
// was never committed, and garbage that was not taken out.
func TestSweepFindsWhatACrashHasLeft(t *testing.T) {
	h := newHarness(t)
	h.put("kept", "body")
	h.put("key", "old")
	h.put("key", "new") // "old" is garbage now
	lost, err := h.keep(t.Context(), stream("never committed"), claimed{also: defaultAlgorithm})
	if err != nil {
		t.Fatal(err)
	}
	upload := h.begin()
	part := h.part(upload, 1, "part of an upload in progress")

	h.crash()
	underWay, err := h.keep(t.Context(), stream("of this run, not committed yet"), claimed{also: defaultAlgorithm})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.collect(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	left := map[string]bool{}
	for _, name := range h.blobs.names() {
		left[name] = true
	}
	if left[lost.blob] || !left[underWay.blob] || len(left) != 4 {
		t.Errorf("blobs left: %v", h.blobs.names())
	}
	if n := h.records(allRuns); n != 1 {
		t.Errorf("%d runs, want this one alone", n)
	}
	for key, due := range map[string]string{"kept": "body", "key": "new"} {
		if body, _ := h.get(key); body != due {
			t.Errorf("%s = %q, want %q", key, body, due)
		}
	}
	if _, err := h.complete(upload, []s3api.CompletedPart{part}); err != nil {
		t.Errorf("the upload is lost: %v", err)
	}
}

// crash ends a run as a crash does: leases go, memory goes, the store stays.
func (h *harness) crash() {
	h.endRun()
	h.restart()
}

// A run that another process is still at is left alone.
func TestSweepLeavesRunsThatAreNotOver(t *testing.T) {
	h := newHarness(t)
	under, err := h.keep(t.Context(), stream("under way elsewhere"), claimed{also: defaultAlgorithm})
	if err != nil {
		t.Fatal(err)
	}
	h.restart() // while the other one lives on
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_ = h.sweep(ctx) // waits for the lease until ctx ends, since the clock stands still
	if names := h.blobs.names(); len(names) != 1 || names[0] != under.blob {
		t.Errorf("blobs left: %v", names)
	}
	if n := h.records(allRuns); n != 1 {
		t.Errorf("%d runs known, want 1", n)
	}
}

func TestRunCollectsInTheBackground(t *testing.T) {
	h := newHarness(t)
	h.put("key", "left by an earlier run")
	h.put("key", "body")
	h.crash()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.Run(ctx)
	}()
	h.put("key", "newer")
	for len(h.blobs.names()) != 1 {
		select {
		case <-h.blobs.deleted:
		case <-time.After(10 * time.Second):
			t.Fatalf("blobs left: %v", h.blobs.names())
		}
	}
	cancel()
	<-done
}

func TestFailingPutsLeaveNoBlob(t *testing.T) {
	h := newHarness(t)
	if _, err := h.tryPut("key", "", func(in *s3api.PutObjectRequest) { in.Body = io.NopCloser(failing{io.ErrUnexpectedEOF}) }); err == nil {
		t.Error("PutObject took a broken body")
	}
	upload := h.begin()
	body := func() { // the upload is aborted while its part arrives
		if _, err := h.AbortMultipartUpload(t.Context(), root, &s3api.AbortMultipartUploadRequest{Bucket: "bucket", Key: "key", UploadId: upload}); err != nil {
			t.Error(err)
		}
	}
	_, err := h.tryPart(upload, 1, "", func(in *s3api.UploadPartRequest) { in.Body = io.NopCloser(&doing{f: body}) })
	wantCode(t, err, "NoSuchUpload")
	if names := h.blobs.names(); len(names) > 0 {
		t.Errorf("blobs left: %v", names)
	}
}

// doing is an empty body that does something when it is read.
type doing struct{ f func() }

func (d *doing) Read([]byte) (int, error) {
	d.f()
	return 0, io.EOF
}

// A transaction that fails may have been committed all the same. So the blob
// of a put that fails stays, and the object, if it is there, is whole.
func TestFailedCommitKeepsTheBlob(t *testing.T) {
	h := newHarness(t)
	h.put("before", "body")
	h.kv.committed = errors.New("the connection broke")
	if _, err := h.tryPut("key", "body"); !errors.Is(err, h.kv.committed) {
		t.Errorf("PutObject = %v, want %v", err, h.kv.committed)
	}
	h.kv.committed = nil
	if body, _ := h.get("key"); body != "body" {
		t.Errorf("body = %q", body)
	}
	h.crash()
	if err := h.sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if body, _ := h.get("key"); body != "body" {
		t.Errorf("body = %q after the sweep", body)
	}
}
