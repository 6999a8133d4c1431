package dynamodb

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"

	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/transfer"
	"cloudless/internal/storage/kv"
)

const (
	importItems = 100     // at most, in one step
	importBytes = 1 << 20 // about, in one step
)

// importRun is an object that an import is reading. It lies in memory alone:
// after a restart the object is read again from its beginning, which puts the
// same items once more.
type importRun struct {
	record *importRecord
	table  *table
	object string // key of the one that is being read, or ""
	body   io.Closer
	reader *transfer.Reader
	next   func() (attr.Item, error, bool)
	stop   func()
}

// importSome puts the next items, goes on to the next object, or ends the
// import.
func (s *Service) importSome(ctx context.Context, j *job) error {
	run, err := s.importRun(ctx, j)
	if err != nil {
		return err
	}
	if run.object == "" {
		more, err := s.openNext(ctx, j, run)
		switch code, message, ok := failure(err); {
		case ok && ctx.Err() == nil:
			return s.endImport(ctx, j, run, code, message)
		case err != nil:
			return err
		case !more:
			return s.endImport(ctx, j, run, "", "")
		}
	}
	part, ended, err := run.read()
	if err != nil {
		run.close()
		code, message, ok := failure(err)
		if !ok || ctx.Err() != nil {
			delete(s.imports, j.ID) // it is read again
			return err
		}
		return s.endImport(ctx, j, run, code, message)
	}
	return s.putPart(ctx, j, run, part, ended)
}

func failure(err error) (code, message string, ok bool) {
	if err == nil {
		return "", "", false
	}
	return failureOf(err)
}

// importRun returns the state of an import, which begins if there is none.
func (s *Service) importRun(ctx context.Context, j *job) (*importRun, error) {
	if run := s.imports[j.ID]; run != nil {
		return run, nil
	}
	where := ref{j.Account, j.Region, j.Table}
	record, err := readKept(ctx, s.store, importKey(where, j.Import), decodeImport)
	if err != nil {
		return nil, err
	}
	run := &importRun{record: record}
	if run.table, err = s.lookupNow(ctx, where); err != nil {
		return nil, err
	}
	s.imports[j.ID] = run
	return run, nil
}

// openNext opens the object behind the last one that was read to its end.
func (s *Service) openNext(ctx context.Context, j *job, run *importRun) (more bool, err error) {
	call := run.record.By.call()
	bucket, prefix := run.record.source()
	objects, _, err := s.objects.List(ctx, call, bucket, prefix, string(j.After))
	if err != nil || len(objects) == 0 {
		return false, err
	}
	body, err := s.objects.Open(ctx, call, bucket, objects[0].Key)
	if err != nil {
		return false, err
	}
	run.object, run.body = objects[0].Key, body
	run.reader = transfer.NewReader(run.record.input(run.table), body)
	run.next, run.stop = iter.Pull2(run.reader.Items())
	return true, nil
}

func (run *importRun) close() {
	if run.object == "" {
		return
	}
	run.stop()
	_ = run.body.Close() // nothing is written to it
	run.object = ""
}

// read returns the next items of the object, each key once, and whether it has
// ended. What is no item is counted.
func (run *importRun) read() (part []attr.Item, ended bool, err error) {
	seen := map[string]bool{}
	for size := 0; len(part) < importItems && size < importBytes; {
		it, err, ok := run.next()
		if !ok {
			return part, true, nil
		}
		if _, isItem := errors.AsType[*transfer.ItemError](err); isItem {
			run.record.Errors++
			continue
		}
		if err != nil {
			return nil, false, err
		}
		key := string(run.table.itemKey(it))
		if seen[key] { // the one before it is put first
			part = slices.DeleteFunc(part, func(other attr.Item) bool { return string(run.table.itemKey(other)) == key })
			run.record.Imported++
		}
		seen[key] = true
		part = append(part, it)
		size += it.Size()
	}
	return part, false, nil
}

// putPart puts items and, at the end of an object, notes that it is done.
func (s *Service) putPart(ctx context.Context, j *job, run *importRun, part []attr.Item, ended bool) error {
	var changes []*change
	for _, it := range part {
		c := run.table.changeOf(it)
		c.apply = func(attr.Item) (attr.Item, error) { return it, nil }
		changes = append(changes, c)
	}
	record, next := *run.record, *j
	record.Imported += int64(len(part))
	if ended {
		record.Processed += run.reader.Bytes()
		next.After = []byte(run.object)
	}
	err := s.transact(ctx, changes, [][]byte{jobKey(j.ID), record.key()}, func(w *work) error {
		for _, c := range changes {
			if _, err := w.do(c); err != nil {
				return err
			}
		}
		if ended {
			w.tx.Set(jobKey(j.ID), next.encode())
			w.tx.Set(record.key(), record.encode())
		}
		return nil
	})
	if err != nil {
		run.close() // it is read again
		delete(s.imports, j.ID)
		return err
	}
	*run.record = record
	if ended {
		run.close()
	}
	return nil
}

// endImport notes how an import ended. Its table becomes ACTIVE with what it
// has, or goes when nothing could be read at all.
func (s *Service) endImport(ctx context.Context, j *job, run *importRun, code, message string) error {
	run.close()
	delete(s.imports, j.ID)
	x := *run.record
	x.Ended, x.Failure, x.Message = s.clock.Now(), code, message
	if code == "" && x.Errors > 0 {
		x.Failure, x.Message = transfer.ItemValidationError, transfer.ItemValidationMessage
	}
	nothing := code != "" && x.Imported == 0
	key := tableKey(j.Account, j.Region, j.Table)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{jobKey(j.ID), x.key(), key}}, func(tx kv.Tx) error {
		tx.Set(x.key(), x.encode())
		tx.Delete(jobKey(j.ID))
		r, err := definitionOf(tx, key, j.Data)
		if r == nil {
			return err
		}
		if nothing {
			tx.Delete(slices.Clone(key))
			tx.Set(doomedKey(r.Data), slices.Clone(key))
			return nil
		}
		r.Importing = false
		tx.Set(slices.Clone(key), r.encode())
		return nil
	})
}
