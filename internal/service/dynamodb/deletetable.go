package dynamodb

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// DeleteTable removes a table with all that is in it.
//
// The transaction takes the table out of use and leaves a note of its data,
// which is dropped afterwards. Every writer of items reads the definition in
// its own transaction, so from here on nobody writes there. If dropping fails
// or the server dies, the note is found again by sweep.
func (s *Service) DeleteTable(ctx context.Context, call *api.Call, in *ddb.DeleteTableInput) (*ddb.DeleteTableOutput, error) {
	where, err := parseRef(call, in.TableName)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "DeleteTable", where); err != nil {
		return nil, err
	}
	var r *record
	key := tableKey(where.account, where.region, where.name)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		if r, err = s.readRecord(tx, call, where); err != nil {
			return err
		}
		now := s.clock.Now()
		if err := r.checkDelete(r.status(now)); err != nil {
			return err
		}
		r.Gone = now.Add(s.settle)
		if r.streaming() {
			r.Stream = r.Stream.Close(tx, now)
		}
		if s.settle == 0 {
			tx.Delete(key)
		} else {
			tx.Set(key, r.encode())
		}
		tx.Set(doomedKey(r.Data), slices.Clone(key))
		tx.Delete(ttlNote(r.Data))
		tx.Delete(recoveryNote(r.Data))
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := s.drop(context.WithoutCancel(ctx), r.Data); err != nil {
		slog.WarnContext(ctx, "data of a deleted table is left for later", "table", r.Name, "err", err, "request_id", call.RequestID)
	}
	if s.limiter != nil {
		s.limiter.Forget(r.Data)
	}
	d := describe(r, s.clock.Now(), statusDeleting, nil)
	// AWS tells no more of a table that goes.
	d.AttributeDefinitions, d.KeySchema, d.CreationDateTime, d.WarmThroughput = nil, nil, nil, nil
	d.LocalSecondaryIndexes, d.GlobalSecondaryIndexes = nil, nil
	return &ddb.DeleteTableOutput{TableDescription: d}, nil
}

// checkDelete refuses to delete a table that cannot be deleted now.
func (r *record) checkDelete(status string) error {
	switch {
	case status == statusCreating:
		return ddb.ResourceInUseException("Attempt to change a resource which is still in use: Table is being created: " + r.Name)
	case status == statusDeleting:
		return ddb.ResourceInUseException("Attempt to change a resource which is still in use: Table is being deleted: " + r.Name)
	case len(r.Copies) > 0:
		return ddb.ResourceInUseException("Attempt to change a resource which is still in use: Table is being backed up, restored or exported: " + r.Name)
	case r.Protected:
		return awserr.Validation("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	}
	return nil
}

// sweep drops all data that is noted to be dropped.
func (s *Service) sweep(ctx context.Context) error {
	var doomed []uint64
	err := s.store.View(ctx, func(r kv.Reader) error {
		doomed = nil
		for pair, err := range r.Scan(doomedRange()) {
			if err != nil {
				return err
			}
			tuple, err := keys.Decode(pair.Key)
			if err != nil {
				return err
			}
			if data, ok := tuple[len(tuple)-1].(uint64); ok {
				doomed = append(doomed, data)
			}
		}
		return nil
	})
	for _, data := range doomed {
		err = errors.Join(err, s.drop(ctx, data))
	}
	return err
}

// drop removes the data of a table that is out of use, and when the table is
// gone for everybody, what is left of its definition and the note.
func (s *Service) drop(ctx context.Context, data uint64) error {
	if err := s.store.DeleteRange(ctx, kv.Prefix(dataPrefix(data))); err != nil {
		return err
	}
	note := doomedKey(data)
	var definition []byte
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		definition, err = r.Get(note)
		return err
	})
	if errors.Is(err, kv.ErrNotFound) {
		return nil // somebody else was faster
	}
	if err != nil {
		return err
	}
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{note, definition}}, func(tx kv.Tx) error {
		r, err := definitionOf(tx, definition, data)
		if err != nil {
			return err
		}
		if r != nil && r.status(s.clock.Now()) != statusGone {
			return nil
		}
		if r != nil {
			tx.Delete(definition)
		}
		tx.Delete(note)
		return nil
	})
}
