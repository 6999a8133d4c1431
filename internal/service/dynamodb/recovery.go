package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// recoveryRecord says that a table can be restored to any moment of its last
// days.
type recoveryRecord struct {
	Since time.Time `json:"since"`
	Days  int64     `json:"days"`
}

const (
	defaultRecoveryDays = 35
	forgetInterval      = time.Hour
	forgetBatch         = 1000 // keys that are looked at in one step
)

// earliest is the first moment that the table can be restored to.
func (r *recoveryRecord) earliest(now time.Time) time.Time {
	if first := now.Add(-time.Duration(r.Days) * 24 * time.Hour); first.After(r.Since) {
		return first
	}
	return r.Since
}

func (r *record) describeRecovery(now time.Time) *ddb.ContinuousBackupsDescription {
	d := &ddb.PointInTimeRecoveryDescription{PointInTimeRecoveryStatus: "DISABLED"}
	if r.Recovery != nil {
		d.PointInTimeRecoveryStatus, d.RecoveryPeriodInDays = "ENABLED", &r.Recovery.Days
		// Clients see whole seconds, which must lie within.
		earliest := r.Recovery.earliest(now)
		if up := earliest.Truncate(time.Second); up.Before(earliest) {
			earliest = up.Add(time.Second)
		}
		latest := now.Truncate(time.Second)
		if latest.Before(earliest) {
			latest = earliest
		}
		d.EarliestRestorableDateTime, d.LatestRestorableDateTime = &earliest, &latest
	}
	return &ddb.ContinuousBackupsDescription{ContinuousBackupsStatus: "ENABLED", PointInTimeRecoveryDescription: d}
}

// A note of each table that keeps a history for recovery leads to them without
// a look at all tables. It is the key of the definition.
func recoveryNote(data uint64) []byte { return keys.Encode(service, "recovery", data) }

// forgetHistory drops what is older than anybody may restore, of all tables.
func (s *Service) forgetHistory(ctx context.Context) error {
	where, err := s.noted(ctx, kv.Prefix(keys.Encode(service, "recovery")))
	for _, r := range where {
		t, failed := s.lookupNow(ctx, r)
		if failed == nil && t != nil && t.history != nil {
			failed = s.forgetOf(ctx, t, t.neededSince(s.clock.Now()))
		}
		if failed != nil {
			err = errors.Join(err, fmt.Errorf("forget the history of table %s: %w", r.name, failed))
		}
	}
	return err
}

// neededSince is the moment from which on the table's history is needed.
func (r *record) neededSince(now time.Time) time.Time {
	since := now
	if r.Recovery != nil {
		since = r.Recovery.earliest(now)
	}
	for _, c := range r.Copies {
		if c.AsOf.Before(since) {
			since = c.AsOf
		}
	}
	return since
}

// forgetOf drops what a table's history has from before a time. Nobody changes
// what is there, so nothing needs to be claimed.
func (s *Service) forgetOf(ctx context.Context, t *table, before time.Time) error {
	var after []byte
	for {
		var old [][]byte
		looked := 0
		err := s.store.View(ctx, func(r kv.Reader) error {
			old, looked = nil, 0
			c := newCursor(r, t.history, after)
			defer c.stop()
			for ; c.ok && looked < forgetBatch; c.next() {
				at, err := c.time()
				if err != nil {
					return err
				}
				if !at.After(before) {
					old = append(old, slices.Clone(c.pair.Key))
				}
				looked++
				after = slices.Clone(c.tail())
			}
			return c.err
		})
		if err == nil && len(old) > 0 {
			err = s.store.Update(ctx, kv.Claims{}, func(tx kv.Tx) error {
				for _, key := range old {
					tx.Delete(key)
				}
				return nil
			})
		}
		if err != nil || looked < forgetBatch {
			return err
		}
	}
}
