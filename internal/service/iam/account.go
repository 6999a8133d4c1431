package iam

import (
	"context"
	"errors"
	"time"

	"cloudless/internal/storage/kv"
)

// accountRecord is what is known of an account as a whole, as it lies in the store.
type accountRecord struct {
	Form    int       // of this record: 1
	Created time.Time // when somebody first asked: an account comes to be by being used
	Alias   string    `json:",omitempty"`
}

const accountForm = 1

// account returns what is known of an account, and makes the record if there
// is none yet.
func (s *Service) account(ctx context.Context, id string) (*accountRecord, error) {
	a, err := view(ctx, s, func(r kv.Reader) (*accountRecord, error) { return loadAccount(r, id) })
	if errors.Is(err, kv.ErrNotFound) {
		err = s.changeAccount(ctx, id, kv.Claims{}, func(_ kv.Tx, now *accountRecord) error {
			a = now
			return nil
		})
	}
	return a, err
}

// changeAccount calls f with the record of an account, and stores what f made
// of it.
func (s *Service) changeAccount(ctx context.Context, id string, claims kv.Claims, f func(kv.Tx, *accountRecord) error) error {
	claims.Write = append(claims.Write, accountKey(id))
	return s.store.Update(ctx, claims, func(tx kv.Tx) error {
		a, err := loadAccount(tx, id)
		if errors.Is(err, kv.ErrNotFound) {
			a, err = &accountRecord{Form: accountForm, Created: s.now()}, nil
		}
		if err != nil {
			return err
		}
		if err := f(tx, a); err != nil {
			return err
		}
		return put(tx, accountKey(id), a)
	})
}

func loadAccount(r kv.Reader, id string) (*accountRecord, error) {
	b, err := r.Get(accountKey(id))
	if err != nil {
		return nil, err
	}
	return decode[accountRecord](b)
}
