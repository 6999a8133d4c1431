package s3

import (
	"context"
	"errors"
	"sync"

	"cloudless/internal/storage/kv"
)

// garbage is blobs that nobody refers to any more, since the transaction that
// wrote this record.
type garbage struct {
	Blobs  []string
	Upload string `json:",omitempty"` // if they were the parts of a multipart object
}

// discardObject makes the blobs of an object garbage; o may be nil. The caller
// replaces the object itself, or deletes it.
func discardObject(tx kv.Tx, id string, o *object) error {
	switch {
	case o == nil:
		return nil
	case o.Upload == "":
		return discard(tx, id, garbage{Blobs: []string{o.Blob}})
	default:
		return discardParts(tx, id, o.Upload)
	}
}

// discardParts deletes the parts of an upload and makes their blobs garbage.
func discardParts(tx kv.Tx, id, upload string) error {
	g := garbage{Upload: upload}
	for pair, err := range tx.Scan(kv.Prefix(partsOf(upload))) {
		if err != nil {
			return err
		}
		p, err := decode[part](pair.Value)
		if err != nil {
			return err
		}
		g.Blobs = append(g.Blobs, p.Blob)
		tx.Delete(append([]byte(nil), pair.Key...))
	}
	return discard(tx, id, g)
}

// discard takes blobs out of use.
func discard(tx kv.Tx, id string, g garbage) error {
	if len(g.Blobs) == 0 {
		return nil
	}
	for _, name := range g.Blobs {
		tx.Delete(blobKey(name))
	}
	return save(tx, garbageKey(id), g)
}

// drop deletes a blob that nothing has ever referred to. If it fails, a later
// run sweeps the blob.
func (s *Service) drop(ctx context.Context, name string) {
	if err := s.blobs.Delete(context.WithoutCancel(ctx), name); err != nil {
		s.log.WarnContext(ctx, "blob not deleted", "err", err)
	}
}

// wakeCollector tells Run that there may be garbage.
func (s *Service) wakeCollector() {
	select {
	case s.wake <- struct{}{}:
	default: // it is told already
	}
}

// collectBatch is how many pieces of garbage are taken out at a time.
const collectBatch = 100

// collect deletes the blobs of all garbage, save of objects that are being
// read.
func (s *Service) collect(ctx context.Context) error {
	for from := allGarbage; from != nil; {
		var (
			batch []item
			err   error
		)
		if batch, from, err = s.garbageFrom(ctx, from); err != nil {
			return err
		}
		if err := s.takeOut(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

type item struct {
	key []byte
	garbage
}

// garbageFrom reads a batch of garbage, and returns where the next one begins;
// nil after the last.
func (s *Service) garbageFrom(ctx context.Context, from []byte) (batch []item, next []byte, err error) {
	err = s.store.View(ctx, func(r kv.Reader) error {
		batch, next = nil, nil
		for pair, err := range r.Scan(kv.Range{Start: from, End: kv.PrefixEnd(allGarbage)}) {
			if err != nil {
				return err
			}
			if len(batch) == collectBatch {
				next = append([]byte(nil), pair.Key...)
				return nil
			}
			g, err := decode[garbage](pair.Value)
			if err != nil {
				return err
			}
			batch = append(batch, item{append([]byte(nil), pair.Key...), *g})
		}
		return nil
	})
	return batch, next, err
}

// takeOut deletes blobs, and then the records that say that they are garbage.
func (s *Service) takeOut(ctx context.Context, batch []item) error {
	var claims kv.Claims
	for _, it := range batch {
		if !s.pins.bury(it.Upload) {
			continue // its last reader wakes the collector again
		}
		err := s.deleteBlobs(ctx, it.Blobs)
		s.pins.forget(it.Upload)
		if err != nil {
			return err
		}
		claims.Write = append(claims.Write, it.key)
	}
	if claims.Write == nil {
		return nil
	}
	return s.store.Update(ctx, claims, func(tx kv.Tx) error {
		for _, key := range claims.Write {
			tx.Delete(key)
		}
		return nil
	})
}

func (s *Service) deleteBlobs(ctx context.Context, names []string) error {
	for _, name := range names {
		if err := s.blobs.Delete(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// pins keep the blobs of multipart objects while they are read, since a reader
// opens them one after the other. The zero value has none.
type pins struct {
	mu      sync.Mutex
	readers map[string]int // by upload; -1 while the blobs are being deleted
}

// add pins the blobs of an upload. It reports false if they are being deleted.
func (p *pins) add(upload string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.readers[upload] < 0 {
		return false
	}
	if p.readers == nil {
		p.readers = map[string]int{}
	}
	p.readers[upload]++
	return true
}

func (p *pins) remove(upload string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.readers[upload]--; p.readers[upload] == 0 {
		delete(p.readers, upload)
	}
}

// bury says that the blobs of an upload are being deleted, until forget. It
// reports false if somebody reads them. "" is no upload, and never read.
func (p *pins) bury(upload string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if upload == "" {
		return true
	}
	if p.readers[upload] != 0 {
		return false
	}
	if p.readers == nil {
		p.readers = map[string]int{}
	}
	p.readers[upload] = -1
	return true
}

// forget ends what bury began. Who pins the upload from now on finds the first
// of its blobs gone.
func (p *pins) forget(upload string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.readers, upload)
}

// exists reports whether there is a value at key.
func exists(r kv.Reader, key []byte) (bool, error) {
	_, err := r.Get(key)
	if errors.Is(err, kv.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
