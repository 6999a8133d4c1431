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

// runJobs does jobs, and what else is due now and then, until ctx ends. Of
// several processes on one store the one that holds the lease does it.
func (s *Service) runJobs(ctx context.Context) error {
	for ctx.Err() == nil {
		held, release, err := s.store.Lease(ctx, "dynamodb/jobs")
		if err != nil {
			return endedWith(ctx, err)
		}
		s.runJobsHeld(held)
		release()
	}
	return nil
}

// runJobsHeld does jobs as long as the lease is held. Between two steps it
// looks at what else is due, so a long job keeps nothing waiting.
func (s *Service) runJobsHeld(ctx context.Context) {
	round := jobRound{resting: map[uint64]time.Time{}}
	chores := []*chore{{every: ttlInterval, do: s.expire}, {every: forgetInterval, do: s.forgetHistory}}
	for ctx.Err() == nil {
		worked, err := round.run(ctx, s)
		warn(ctx, err)
		now := s.clock.Now()
		for _, c := range chores {
			if !now.Before(c.due) {
				c.due = now.Add(c.every)
				warn(ctx, c.do(ctx))
			}
		}
		if worked {
			continue
		}
		select {
		case <-ctx.Done():
		case <-s.newJobs:
		case <-s.clock.After(ttlInterval):
		}
	}
}

// chore is what is done now and then.
type chore struct {
	every time.Duration
	due   time.Time
	do    func(context.Context) error
}

func warn(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		slog.WarnContext(ctx, "background work of dynamodb failed and will be tried again", "err", err)
	}
}

// jobRound gives each job its turn. A job that fails rests for a while and
// keeps no other waiting.
type jobRound struct {
	resting map[uint64]time.Time // until when, by job
}

// run does one step of each job, and reports whether there was any to do.
func (r *jobRound) run(ctx context.Context, s *Service) (worked bool, failed error) {
	all, err := s.jobs(ctx)
	if err != nil {
		return false, err
	}
	for _, j := range all {
		if ctx.Err() != nil || s.clock.Now().Before(r.resting[j.ID]) {
			continue
		}
		delete(r.resting, j.ID)
		if err := s.retrying(ctx, func(*attempt) error { return s.step(ctx, j) }); err != nil {
			r.resting[j.ID] = s.clock.Now().Add(retryInterval)
			failed = errors.Join(failed, fmt.Errorf("job %d, %s of table %s: %w", j.ID, j.Kind, j.Table, err))
			continue
		}
		worked = true
	}
	return worked, failed
}

// endedWith returns nil where the error is that ctx has ended.
func endedWith(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, kv.ErrClosed) {
		return nil
	}
	return err
}
