package s3

import (
	"context"
	"fmt"
	"time"

	"cloudless/internal/storage/kv"
)

// A run is the time from one start of the service to its end. Blobs carry the
// name of the run that wrote them, "s3/<run>/<id>", and the store knows the
// runs. A blob that nobody refers to is waste if its run is over; if not, it
// may be an upload under way. So what a crash leaves behind is found among the
// blobs of that run alone, and the run under way is never searched.
//
// A lease tells that a run is not over, wherever its process is.

// leasePatience is how long a sweep waits for the lease of a run before it
// takes the run to be alive.
const leasePatience = 5 * time.Second

func leaseOf(run string) string { return "s3/run/" + run }

func blobsOf(run string) string { return "s3/" + run + "/" }

// newBlob draws the name of a blob of this run.
func (s *Service) newBlob(ctx context.Context) (string, error) {
	run, err := s.currentRun(ctx)
	if err != nil {
		return "", err
	}
	return blobsOf(run) + s.newID(), nil
}

// currentRun returns the name of this run, and begins it before its first
// blob. It begins another one if the lease was lost, since others may sweep
// what that one wrote.
func (s *Service) currentRun(ctx context.Context) (string, error) {
	s.run.Lock()
	defer s.run.Unlock()
	if s.run.id != "" && s.run.held.Err() == nil {
		return s.run.id, nil
	}
	id := s.newID()
	// The lease outlives the request that happens to come first.
	held, release, err := s.store.Lease(context.WithoutCancel(ctx), leaseOf(id))
	if err != nil {
		return "", fmt.Errorf("lease of run %s: %w", id, err)
	}
	key := runKey(id)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		tx.Set(key, nil)
		return nil
	})
	if err != nil {
		release()
		return "", fmt.Errorf("begin run %s: %w", id, err)
	}
	s.run.id, s.run.held, s.run.release = id, held, release
	return id, nil
}

// endRun gives up the lease of this run. A blob that is written all the same
// begins another one.
func (s *Service) endRun() {
	s.run.Lock()
	defer s.run.Unlock()
	if s.run.id != "" {
		s.run.release()
		s.run.id = ""
	}
}

// Run does the work that no request waits for, until ctx ends: it deletes the
// blobs that nobody refers to any more. It begins with what earlier runs have
// left. When ctx ends, requests should have ended.
func (s *Service) Run(ctx context.Context) {
	defer s.endRun()
	if err := s.collect(ctx); err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "blobs not deleted", "err", err)
	}
	if err := s.sweep(ctx); err != nil && ctx.Err() == nil {
		s.log.WarnContext(ctx, "blobs of earlier runs not swept", "err", err)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
			if err := s.collect(ctx); err != nil && ctx.Err() == nil {
				s.log.WarnContext(ctx, "blobs not deleted", "err", err)
			}
		}
	}
}

// sweep deletes the blobs of runs that are over to which nothing refers. A run
// that was swept to its end is forgotten; one that was not is swept again.
func (s *Service) sweep(ctx context.Context) error {
	runs, err := s.runs(ctx)
	if err != nil {
		return err
	}
	for _, run := range runs {
		if err := s.sweepRun(ctx, run); err != nil {
			return fmt.Errorf("run %s: %w", run, err)
		}
	}
	return nil
}

func (s *Service) runs(ctx context.Context) (runs []string, err error) {
	s.run.Lock()
	current := s.run.id
	s.run.Unlock()
	err = s.store.View(ctx, func(r kv.Reader) error {
		for pair, err := range r.Scan(kv.Prefix(allRuns)) {
			if err != nil {
				return err
			}
			run, err := stringAfter(pair.Key, allRuns)
			if err != nil {
				return err
			}
			if run != current {
				runs = append(runs, run)
			}
		}
		return nil
	})
	return runs, err
}

// sweepBatch is how many blobs a sweep looks up at a time.
const sweepBatch = 1000

func (s *Service) sweepRun(ctx context.Context, run string) error {
	ctx, release, err := s.tryLease(ctx, leaseOf(run))
	if err != nil || release == nil {
		return err
	}
	defer release()
	var batch []string
	for name, err := range s.blobs.Names(ctx, blobsOf(run)) {
		if err != nil {
			return err
		}
		if batch = append(batch, name); len(batch) == sweepBatch {
			if err := s.sweepBlobs(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	if err := s.sweepBlobs(ctx, batch); err != nil {
		return err
	}
	key := runKey(run)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		tx.Delete(key)
		return nil
	})
}

// tryLease takes a lease, unless somebody else goes on holding it; then
// release is nil. The context ends when the lease is lost.
func (s *Service) tryLease(ctx context.Context, name string) (held context.Context, release func(), err error) {
	type lease struct {
		held    context.Context
		release func()
		err     error
	}
	waiting, giveUp := context.WithCancel(ctx)
	patience := s.clock.After(leasePatience)
	taken := make(chan lease, 1)
	go func() {
		held, release, err := s.store.Lease(waiting, name)
		taken <- lease{held, release, err}
	}()
	select {
	case l := <-taken:
		if l.err != nil {
			giveUp()
			return nil, nil, l.err
		}
		return l.held, func() { l.release(); giveUp() }, nil
	case <-patience:
		giveUp()
		if l := <-taken; l.err == nil {
			l.release()
		}
		return nil, nil, ctx.Err()
	}
}

// sweepBlobs deletes those of the blobs that nothing refers to.
func (s *Service) sweepBlobs(ctx context.Context, names []string) error {
	var orphans []string
	err := s.store.View(ctx, func(r kv.Reader) error {
		orphans = orphans[:0]
		for _, name := range names {
			found, err := exists(r, blobKey(name))
			if err != nil {
				return err
			}
			if !found {
				orphans = append(orphans, name)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.deleteBlobs(ctx, orphans)
}
