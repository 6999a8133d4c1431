package dynamodb

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/service/dynamodb/transfer"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// exportRecord is an export as it is kept. Its JSON lies in users' stores:
// members may be added, never renamed.
type exportRecord struct {
	Version int                                `json:"version"`
	ID      string                             `json:"id"`
	Table   ref                                `json:"-"` // from its key
	TableID string                             `json:"tableId"`
	Input   *ddb.ExportTableToPointInTimeInput `json:"input"`
	By      callerRecord                       `json:"by"`

	Started time.Time             `json:"started"`
	At      time.Time             `json:"at"`                // the moment of a full export, or the second of an incremental one
	From    time.Time             `json:"from,omitzero"`     // the first moment of an incremental export
	Key     []string              `json:"key"`               // attributes of the table's key
	Ended   time.Time             `json:"ended,omitzero"`    // zero while it is IN_PROGRESS
	Failure string                `json:"failure,omitempty"` // FailureCode
	Message string                `json:"message,omitempty"` // FailureMessage
	Result  transfer.ExportResult `json:"result"`
}

const (
	exportVersion   = 1
	exportFileBytes = 16 << 20 // of a data file, before compression
)

func (x *exportRecord) key() []byte { return exportKey(x.Table, x.ID) }

func exportKey(table ref, id string) []byte {
	return keys.Encode(service, "export", table.account, table.region, table.name, id)
}

func exportsOf(account, region, name string) kv.Range {
	prefix := keys.Encode(service, "export", account, region)
	if name != "" {
		prefix = keys.AppendString(prefix, name)
	}
	return kv.Prefix(prefix)
}

func (x *exportRecord) encode() []byte {
	b, err := json.Marshal(x)
	if err != nil {
		panic(fmt.Sprintf("an export's record cannot be written: %v", err)) // it holds strings, numbers and times
	}
	return b
}

func decodeExport(key, b []byte) (*exportRecord, error) {
	var x exportRecord
	if err := json.Unmarshal(b, &x); err != nil {
		return nil, fmt.Errorf("read an export's record: %w", err)
	}
	if x.Version != exportVersion {
		return nil, fmt.Errorf("export %s has version %d, which a newer program wrote", x.ID, x.Version)
	}
	var err error
	x.Table, err = ownerOf(key)
	return &x, err
}

// readKept reads what is kept under a key, or [kv.ErrNotFound].
func readKept[T any](ctx context.Context, store kv.Store, key []byte, decode func(key, b []byte) (*T, error)) (kept *T, err error) {
	err = store.View(ctx, func(r kv.Reader) error {
		b, err := r.Get(key)
		if err != nil {
			return err
		}
		kept, err = decode(key, b)
		return err
	})
	return kept, err
}

// ownerOf reads of which table the key of an export or an import is.
func ownerOf(key []byte) (ref, error) {
	tuple, err := keys.Decode(key)
	if err != nil {
		return ref{}, err
	}
	if len(tuple) != 6 {
		return ref{}, fmt.Errorf("key %x names no table", key)
	}
	account, _ := tuple[2].(string)
	region, _ := tuple[3].(string)
	name, _ := tuple[4].(string)
	return ref{account, region, name}, nil
}

func (x *exportRecord) arn() string { return transfer.ExportARN(x.Table.arn(), x.ID) }

func (x *exportRecord) incremental() bool { return x.Input.ExportType == "INCREMENTAL_EXPORT" }

func (x *exportRecord) status() string {
	switch {
	case x.Ended.IsZero():
		return "IN_PROGRESS"
	case x.Failure != "":
		return "FAILED"
	}
	return "COMPLETED"
}

func (x *exportRecord) describe() *ddb.ExportDescription {
	in := x.Input
	d := &ddb.ExportDescription{
		ExportArn: new(x.arn()), ExportStatus: x.status(), StartTime: &x.Started, TableArn: new(x.Table.arn()), TableId: &x.TableID,
		ClientToken: in.ClientToken, S3Bucket: &in.S3Bucket, S3BucketOwner: in.S3BucketOwner, S3Prefix: in.S3Prefix,
		S3SseAlgorithm: cmp.Or(in.S3SseAlgorithm, "AES256"), S3SseKmsKeyId: in.S3SseKmsKeyId,
		ExportFormat: cmp.Or(in.ExportFormat, transfer.DynamoDBJSON), ExportType: in.ExportType,
	}
	if x.incremental() {
		d.IncrementalExportSpecification = &ddb.IncrementalExportSpecification{ExportFromTime: new(x.From.Add(time.Nanosecond)), ExportToTime: new(x.At.Add(time.Nanosecond)), ExportViewType: x.view()}
	} else {
		d.ExportTime = &x.At
	}
	if !x.Ended.IsZero() {
		d.EndTime = &x.Ended
	}
	if x.Failure != "" {
		d.FailureCode, d.FailureMessage = &x.Failure, &x.Message
	}
	if x.status() == "COMPLETED" {
		d.ExportManifest, d.ItemCount, d.BilledSizeBytes = &x.Result.ExportManifest, &x.Result.ItemCount, &x.Result.BilledSizeBytes
	}
	return d
}

func (x *exportRecord) view() string {
	if spec := x.Input.IncrementalExportSpecification; spec != nil && spec.ExportViewType != "" {
		return spec.ExportViewType
	}
	return transfer.NewAndOldImages
}

// exportRun is an export under way. It lies in memory alone: after a restart an
// export begins anew, and writes the same files.
type exportRun struct {
	record *exportRecord
	out    *transfer.Export
	after  []byte
}

// exportSome writes a part of an export, or ends it.
func (s *Service) exportSome(ctx context.Context, j *job) error {
	run, err := s.exportRun(ctx, j)
	if err != nil {
		return s.exportFailed(ctx, j, err)
	}
	more, err := s.writePart(ctx, j, run)
	if err != nil {
		return s.exportFailed(ctx, j, err)
	}
	if more {
		return nil
	}
	result, err := run.out.Finish(s.clock.Now())
	if err != nil {
		return s.exportFailed(ctx, j, err)
	}
	return s.endExport(ctx, j, func(x *exportRecord) { x.Result = result })
}

// exportRun returns the state of an export, which begins if there is none.
func (s *Service) exportRun(ctx context.Context, j *job) (*exportRun, error) {
	if run := s.exports[j.ID]; run != nil {
		return run, nil
	}
	x, err := readKept(ctx, s.store, exportKey(ref{j.Account, j.Region, j.Table}, j.Export), decodeExport)
	if err != nil {
		return nil, err
	}
	var seed [32]byte
	copy(seed[:], x.ID) // the same names when it begins anew
	out, err := transfer.Begin(transfer.ExportConfig{
		Layout:   transfer.Layout{Prefix: value(x.Input.S3Prefix), ID: x.ID, Incremental: x.incremental()},
		Format:   cmp.Or(x.Input.ExportFormat, transfer.DynamoDBJSON),
		View:     x.view(),
		TableARN: x.Table.arn(), TableID: x.TableID,
		StartTime: x.Started, ExportTime: x.At, FromTime: x.From.Add(time.Nanosecond), ToTime: x.At.Add(time.Nanosecond),
		Bucket: x.Input.S3Bucket, SSEAlgorithm: cmp.Or(x.Input.S3SseAlgorithm, "AES256"), SSEKMSKeyID: value(x.Input.S3SseKmsKeyId),
		FileBytes: exportFileBytes, Random: rand.NewChaCha8(seed),
	}, s.uploads(ctx, x.By, x.Input.S3Bucket))
	if err != nil {
		return nil, err
	}
	run := &exportRun{record: x, out: out}
	s.exports[j.ID] = run
	return run, nil
}

// writePart writes the next items, and reports whether there are more.
func (s *Service) writePart(ctx context.Context, j *job, run *exportRun) (more bool, err error) {
	if !run.record.incremental() {
		part, err := s.next(ctx, j.source(), run.after)
		for _, m := range part {
			if run.after = m.tail; m.item != nil && err == nil {
				err = run.out.Item(m.item)
			}
		}
		return len(part) > 0, err
	}
	part, err := s.nextEvolutions(ctx, j, run)
	for _, e := range part {
		if run.after = e.tail; e.last.IsZero() || err != nil {
			continue
		}
		keyed := e.new
		if keyed == nil {
			keyed = e.old
		}
		err = run.out.Change(transfer.Change{Micros: e.last.UnixMicro(), Keys: keyed.Only(run.record.Key...), Old: e.old, New: e.new})
	}
	return len(part) > 0, err
}

func (s *Service) nextEvolutions(ctx context.Context, j *job, run *exportRun) (part []evolution, err error) {
	err = s.store.View(ctx, func(r kv.Reader) error {
		part = nil
		size := 0
		for e, err := range j.source().evolutions(r, run.record.From, run.after) {
			if err != nil {
				return err
			}
			part = append(part, e)
			if size += e.old.Size() + e.new.Size(); len(part) == copyItems || size >= copyBytes {
				return nil
			}
		}
		return nil
	})
	return part, err
}

// exportFailed ends an export that cannot be written where it was asked to be.
// Any other error is returned, and the export tried again.
func (s *Service) exportFailed(ctx context.Context, j *job, err error) error {
	if run := s.exports[j.ID]; run != nil {
		run.out.Abort()
		delete(s.exports, j.ID)
	}
	code, message, ok := failureOf(err)
	if !ok || ctx.Err() != nil {
		return err
	}
	return s.endExport(ctx, j, func(x *exportRecord) { x.Failure, x.Message = code, message })
}

// endExport notes how an export ended, and lets the table's history go.
func (s *Service) endExport(ctx context.Context, j *job, note func(*exportRecord)) error {
	delete(s.exports, j.ID)
	key, source := exportKey(ref{j.Account, j.Region, j.Table}, j.Export), tableKey(j.Account, j.Region, j.Table)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{jobKey(j.ID), key, source}}, func(tx kv.Tx) error {
		b, err := tx.Get(key)
		if err != nil && !errors.Is(err, kv.ErrNotFound) {
			return err
		}
		if err == nil {
			x, err := decodeExport(key, b)
			if err != nil {
				return err
			}
			x.Ended = s.clock.Now()
			note(x)
			tx.Set(slices.Clone(key), x.encode())
		}
		tx.Delete(jobKey(j.ID))
		return s.releaseTable(tx, source, j)
	})
}
