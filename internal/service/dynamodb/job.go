package dynamodb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// job is work in the background that takes longer than a request: it fills an
// index, say. It lies in the store until it is done, so it goes on after a
// crash. Its JSON lies in users' stores: members may be added, never renamed.
type job struct {
	Version int    `json:"version"`
	ID      uint64 `json:"id"`
	Kind    string `json:"kind"`

	// The table that it is about, and the number of the index.
	Account string `json:"account,omitempty"`
	Region  string `json:"region,omitempty"`
	Table   string `json:"table,omitempty"`
	Data    uint64 `json:"data"`
	Index   uint64 `json:"index,omitempty"`

	Export string   `json:"export,omitempty"` // ID of the export
	Import string   `json:"import,omitempty"` // ID of the import
	Copy   *copyJob `json:"copy,omitempty"`   // of jobs that copy items
	After  []byte   `json:"after,omitempty"`  // how far it has come: the key of the last item that is done, or its end
}

const jobVersion = 1

// The kinds of jobs.
const (
	jobBackfill = "backfill" // an index gets the items that were there before it: backfill.go
	jobDrop     = "drop"     // what a removed index, history or backup has left goes: backfill.go
	jobBackup   = "backup"   // a backup gets the items of its table: copy.go
	jobExport   = "export"   // a bucket gets the items of a table: export.go
	jobImport   = "import"   // a table gets the items of a bucket: import.go
	jobRestore  = "restore"  // a table gets the items of a backup, or of another table: copy.go
)

// step does a small part of a job. It
// removes the job in the transaction that ends it.
func (s *Service) step(ctx context.Context, j *job) error {
	switch j.Kind {
	case jobBackfill:
		return s.backfill(ctx, j)
	case jobDrop:
		return s.dropIndex(ctx, j)
	case jobBackup, jobRestore:
		return s.copySome(ctx, j)
	case jobExport:
		return s.exportSome(ctx, j)
	case jobImport:
		return s.importSome(ctx, j)
	}
	return fmt.Errorf("job %d is of an unknown kind %q", j.ID, j.Kind)
}

func jobKey(id uint64) []byte { return keys.Encode(service, "job", id) }

func (s *Service) identifyJob(j *job) { j.Version, j.ID = jobVersion, s.draw() }

func (j *job) encode() []byte {
	b, err := json.Marshal(j)
	if err != nil {
		panic(fmt.Sprintf("a job cannot be written: %v", err)) // it holds strings, numbers and bytes
	}
	return b
}

// jobs reads all jobs that are left to do.
func (s *Service) jobs(ctx context.Context) ([]*job, error) {
	var all []*job
	err := s.store.View(ctx, func(r kv.Reader) error {
		all = nil
		for pair, err := range r.Scan(kv.Prefix(keys.Encode(service, "job"))) {
			if err != nil {
				return err
			}
			var j job
			if err := json.Unmarshal(pair.Value, &j); err != nil {
				return fmt.Errorf("read a job: %w", err)
			}
			if j.Version != jobVersion {
				return fmt.Errorf("job %d has version %d, which a newer program wrote", j.ID, j.Version)
			}
			all = append(all, &j)
		}
		return nil
	})
	return all, err
}

// wakeJobs makes runJobs look for new jobs.
func (s *Service) wakeJobs() {
	select {
	case s.newJobs <- struct{}{}:
	default: // it has been told already
	}
}

// retryInterval is how long a job rests that has failed.
const retryInterval = 10 * time.Second

// runJobs does jobs, and removes items whose time has come, until ctx ends. Jobs take turns, one step each, so that a
// long one does not keep others waiting. Of several processes on one store the
// one that holds the lease does them.
func (s *Service) runJobs(ctx context.Context) error {
	for ctx.Err() == nil {
		held, release, err := s.store.Lease(ctx, "dynamodb/jobs")
		if err != nil {
			return endedWith(ctx, err)
		}
		err = s.runJobsHeld(held)
		release()
		if err != nil && held.Err() == nil {
			slog.WarnContext(ctx, "background work of dynamodb failed and will be tried again", "err", err)
			select {
			case <-ctx.Done():
			case <-s.clock.After(retryInterval):
			}
		}
	}
	return nil
}

func (s *Service) runJobsHeld(ctx context.Context) error {
	forget := s.clock.After(0)
	for {
		if err := s.finishJobs(ctx); err != nil {
			return err
		}
		if err := s.expire(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.newJobs:
		case <-forget:
			if err := s.forgetHistory(ctx); err != nil {
				return err
			}
			forget = s.clock.After(forgetInterval)
		case <-s.clock.After(ttlInterval):
		}
	}
}

// finishJobs does all jobs that there are, and those that come meanwhile. It
// goes on with the others when one fails.
func (s *Service) finishJobs(ctx context.Context) error {
	var failed error
	stuck := map[uint64]bool{}
	for {
		all, err := s.jobs(ctx)
		if err != nil {
			return err
		}
		worked := false
		for _, j := range all {
			if stuck[j.ID] {
				continue
			}
			worked = true
			if err := s.retrying(ctx, func(*attempt) error { return s.step(ctx, j) }); err != nil {
				stuck[j.ID] = true
				failed = errors.Join(failed, fmt.Errorf("job %d, %s of table %s: %w", j.ID, j.Kind, j.Table, err))
			}
		}
		if !worked || ctx.Err() != nil {
			return failed
		}
	}
}

// endedWith returns nil where the error is that ctx has ended.
func endedWith(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, kv.ErrClosed) {
		return nil
	}
	return err
}
