package iam

import (
	"context"
	"errors"
	"sync"
	"time"

	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// keyUse is the last use of an access key, as it lies in the store.
type keyUse struct {
	Form    int // of this record: 1
	Date    time.Time
	Service string // the signing name, such as "dynamodb"
	Region  string
}

const keyUseForm = 1

// useInterval is how long a use of the same kind as the one before is not
// written down. A write for each request would cost more than the request.
const useInterval = 15 * time.Minute

// RecordUse takes note that a user's access key has signed a request. It is to
// be called for each; most calls cost a look at a map.
func (s *Service) RecordUse(ctx context.Context, accessKeyID, service, region string) error {
	use := keyUse{Form: keyUseForm, Date: s.now(), Service: service, Region: region}
	if !s.uses.isNews(accessKeyID, use) {
		return nil
	}
	// The key is claimed so that one that is being deleted leaves nothing.
	claims := kv.Claims{Write: [][]byte{keyUseKey(accessKeyID)}, Read: [][]byte{accessKeyKey(accessKeyID)}}
	return s.store.Update(ctx, claims, func(tx kv.Tx) error {
		if _, err := loadKey(tx, accessKeyID); errors.Is(err, kv.ErrNotFound) {
			return nil
		} else if err != nil {
			return err
		}
		return put(tx, keyUseKey(accessKeyID), use)
	})
}

// loadUse returns the last use of a key, or nil.
func loadUse(r kv.Reader, id string) (*keyUse, error) {
	b, err := r.Get(keyUseKey(id))
	if errors.Is(err, kv.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return decode[keyUse](b)
}

// shape is the use as the API shows it; for a key never used, AWS says N/A.
func (u *keyUse) shape() *iamapi.AccessKeyLastUsed {
	if u == nil {
		return &iamapi.AccessKeyLastUsed{Region: "N/A", ServiceName: "N/A"}
	}
	return &iamapi.AccessKeyLastUsed{LastUsedDate: &u.Date, Region: u.Region, ServiceName: u.Service}
}

// useLog remembers what was written down last, for keys that are in use.
type useLog struct {
	mu   sync.Mutex
	last map[string]keyUse // by access key id; guarded by mu
}

// maxUsesKnown bounds the keys that are remembered. One that is forgotten is
// written down once more.
const maxUsesKnown = 4096

// isNews tells whether a use is to be written down, and remembers it if so.
func (l *useLog) isNews(id string, use keyUse) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	before, known := l.last[id]
	if known && before.Service == use.Service && before.Region == use.Region && use.Date.Sub(before.Date) < useInterval {
		return false
	}
	if len(l.last) >= maxUsesKnown || l.last == nil {
		l.last = make(map[string]keyUse)
	}
	l.last[id] = use
	return true
}
