package dynamodb

import (
	"context"
	"slices"
	"time"

	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/storage/kv"
)

// copyRecord is a job that copies from a table as it was at some time. While
// there is one, the table keeps its history.
type copyRecord struct {
	Job  uint64    `json:"job"`
	AsOf time.Time `json:"asOf"`
}

// copyJob is what a job knows that copies items. A job's own table and data are
// what it copies from or, where a backup is restored, nothing.
type copyJob struct {
	History uint64    `json:"history,omitempty"` // number of the history of the source
	AsOf    time.Time `json:"asOf,omitzero"`

	From     uint64 `json:"from,omitempty"`     // data of the backup that is restored
	Backup   string `json:"backup,omitempty"`   // ID of the backup that is made or restored
	BackupOf string `json:"backupOf,omitempty"` // its table
	To       uint64 `json:"to"`                 // data that is written
	Target   string `json:"target,omitempty"`   // name of the table that is restored

	Items int64 `json:"items"` // that have been copied
	Bytes int64 `json:"bytes"`
}

const (
	copyItems = 500     // at most, in one step
	copyBytes = 1 << 20 // about, in one step
)

// copyAsOf enters a job into the definition of the table that it copies from,
// which begins a history if there is none.
func (s *Service) copyAsOf(r *record, j *job, at time.Time) {
	s.identifyJob(j)
	r.keepHistory(s.clock.Now())
	j.Copy.History, j.Copy.AsOf = r.History.Number, at
	r.Copies = append(slices.Clone(r.Copies), copyRecord{j.ID, at})
}

func (r *record) keepHistory(now time.Time) {
	if r.History == nil {
		r.Numbered = r.lastNumber() + 1
		r.History = &historyRecord{Number: r.Numbered, Since: now}
	}
}

// dropHistory ends the history when nobody needs it, and returns the job that
// drops it, or nil.
func (s *Service) dropHistory(r *record) *job {
	if r.History == nil || r.Recovery != nil || len(r.Copies) > 0 {
		return nil
	}
	r.Numbered = r.lastNumber()
	j := &job{Kind: jobDrop, Data: r.Data, Index: r.History.Number}
	s.identifyJob(j)
	r.History = nil
	return j
}

// source returns what the job copies from.
func (j *job) source() source {
	c := j.Copy
	if c.From != 0 {
		return source{prefix: indexPrefix(c.From, tableIndex)}
	}
	return source{prefix: indexPrefix(j.Data, tableIndex), history: indexPrefix(j.Data, c.History), at: c.AsOf}
}

// next reads the next part of a source.
func (s *Service) next(ctx context.Context, src source, after []byte) (part []moment, err error) {
	err = s.store.View(ctx, func(r kv.Reader) error {
		part = nil
		size := 0
		for m, err := range src.items(r, after) {
			if err != nil {
				return err
			}
			part = append(part, m)
			if size += m.item.Size(); len(part) == copyItems || size >= copyBytes {
				return nil
			}
		}
		return nil
	})
	return part, err
}

// copySome copies a part of the job's items, or ends the job.
func (s *Service) copySome(ctx context.Context, j *job) error {
	part, err := s.next(ctx, j.source(), j.After)
	if err != nil {
		return err
	}
	if len(part) == 0 {
		return s.finishCopy(ctx, j)
	}
	var target *table
	if j.Copy.Target != "" {
		if target, err = s.lookupNow(ctx, j.target()); err != nil {
			return err
		}
	}
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{jobKey(j.ID)}}, func(tx kv.Tx) error {
		next, c := *j, *j.Copy
		next.Copy, next.After = &c, part[len(part)-1].tail
		for _, m := range part {
			if m.item == nil {
				continue
			}
			c.Items++
			c.Bytes += int64(m.item.Size())
			key := append(indexPrefix(c.To, tableIndex), m.tail...)
			tx.Set(key, slices.Clone(m.item))
			target.index(tx, key, m.item)
		}
		tx.Set(jobKey(j.ID), next.encode())
		return nil
	})
}

func (j *job) target() ref { return ref{j.Account, j.Region, j.Copy.Target} }

// index writes the index entries of an item that is new in the table, which
// may be none.
func (t *table) index(tx kv.Tx, key []byte, it attr.Item) {
	if t == nil {
		return
	}
	for _, ix := range t.indexes {
		if at, entry := ix.entry(key, it); at != nil {
			tx.Set(at, entry)
		}
	}
}

// finishCopy ends a job: the backup becomes available, the table active, and
// the source need not keep its history for it.
func (s *Service) finishCopy(ctx context.Context, j *job) error {
	c := j.Copy
	from, to := tableKey(j.Account, j.Region, j.Table), tableKey(j.Account, j.Region, c.Target)
	backup := backupRef{ref{j.Account, j.Region, c.BackupOf}, c.Backup}
	claims := kv.Claims{Write: [][]byte{jobKey(j.ID), from, to, backup.key()}}
	return s.store.Update(ctx, claims, func(tx kv.Tx) error {
		tx.Delete(jobKey(j.ID))
		if c.History != 0 {
			if err := s.releaseTable(tx, from, j); err != nil {
				return err
			}
		}
		if c.Backup != "" {
			if err := s.releaseBackup(tx, backup, j); err != nil {
				return err
			}
		}
		if c.Target != "" {
			return s.activate(tx, to, j)
		}
		return nil
	})
}

// releaseTable takes the job out of the definition of the table that it copied
// from.
func (s *Service) releaseTable(tx kv.Tx, key []byte, j *job) error {
	r, err := definitionOf(tx, key, j.Data)
	if r == nil {
		return err
	}
	r.Copies = slices.DeleteFunc(r.Copies, func(c copyRecord) bool { return c.Job == j.ID })
	if drop := s.dropHistory(r); drop != nil {
		tx.Set(jobKey(drop.ID), drop.encode())
	}
	tx.Set(slices.Clone(key), r.encode())
	return nil
}

// releaseBackup makes a backup available, or takes the job out of its readers.
func (s *Service) releaseBackup(tx kv.Tx, where backupRef, j *job) error {
	b, err := readBackup(tx, where)
	if awserr.Code(err) == "BackupNotFoundException" {
		return nil
	}
	if err != nil {
		return err
	}
	if !b.Available {
		b.Available, b.Items, b.Bytes = true, j.Copy.Items, j.Copy.Bytes
	}
	b.Readers = slices.DeleteFunc(b.Readers, func(id uint64) bool { return id == j.ID })
	tx.Set(where.key(), b.encode())
	return nil
}

// activate makes the restored table ACTIVE.
func (s *Service) activate(tx kv.Tx, key []byte, j *job) error {
	r, err := definitionOf(tx, key, j.Copy.To)
	if r == nil {
		return err
	}
	r.Restored.InProgress = false
	tx.Set(slices.Clone(key), r.encode())
	return nil
}
