package lambda

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// movedAtOnce is how many events one transaction moves.
const movedAtOnce = 200

// moveQueue moves the events of a queue that all functions shared, as stores had
// it until 0.1.0, to the queues of their functions.
func (s *Service) moveQueue(ctx context.Context) error {
	for {
		var old [][]byte
		err := s.store.View(ctx, func(r kv.Reader) error {
			for p, err := range r.Scan(allOf("due")) {
				if err != nil || len(old) == movedAtOnce {
					return err
				}
				old = append(old, bytes.Clone(p.Key))
			}
			return nil
		})
		if err != nil || len(old) == 0 {
			return err
		}
		for _, key := range old {
			if err := s.moveEvent(ctx, key); err != nil {
				return fmt.Errorf("move an event to the queue of its function: %w", err)
			}
		}
	}
}

func (s *Service) moveEvent(ctx context.Context, from []byte) error {
	elems, err := keys.Decode(from)
	if err != nil || len(elems) < 6 {
		return fmt.Errorf("read the key of attempts %x: %w", from, err)
	}
	due, _ := elems[2].(time.Time)
	account, _ := elems[3].(string)
	region, _ := elems[4].(string)
	id, _ := elems[5].(string)
	e := &event{}
	err = s.store.View(ctx, func(r kv.Reader) error { return readRecord(r, eventKey(account, region, id), e, kv.ErrNotFound) })
	if err != nil && !errors.Is(err, kv.ErrNotFound) {
		return err
	}
	to := queueKey(account, region, e.Function, due, id)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{from, to}}, func(tx kv.Tx) error {
		a := &attempts{}
		if err := readRecord(tx, from, a, kv.ErrNotFound); err != nil {
			return err
		}
		a.Function = e.Function
		tx.Delete(from)
		if a.Function == "" {
			return nil // there is no such event
		}
		return writeRecord(tx, to, a)
	})
}
