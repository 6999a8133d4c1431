package userpool

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	keysHold    = time.Hour        // how long the keys of a pool are kept
	askAgain    = 10 * time.Second // how soon a pool is asked for a key that it did not have
	maxKeyBytes = 1 << 20
	maxPools    = 1000
)

// keySet is the keys of one pool.
type keySet struct {
	mu      sync.Mutex // held while the keys are fetched
	keys    jose.JSONWebKeySet
	fetched time.Time
}

// key returns the key of a pool with that id.
func (v *Verifier) key(ctx context.Context, issuer, id string) (any, error) {
	set := v.set(issuer)
	set.mu.Lock()
	defer set.mu.Unlock()
	now := v.clock.Now()
	found := set.keys.Key(id)
	age := now.Sub(set.fetched)
	if set.fetched.IsZero() || age >= keysHold || len(found) == 0 && age >= askAgain {
		keys, err := v.fetch(ctx, issuer)
		if err != nil {
			return nil, err
		}
		set.keys, set.fetched = keys, now
		found = set.keys.Key(id)
	}
	if len(found) != 1 || !found[0].Valid() || !found[0].IsPublic() {
		return nil, ErrInvalid
	}
	return found[0].Key, nil
}

// set returns the keys of a pool, which may not have been fetched yet.
func (v *Verifier) set(issuer string) *keySet {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.pools[issuer] == nil {
		if len(v.pools) >= maxPools {
			clear(v.pools)
		}
		v.pools[issuer] = &keySet{}
	}
	return v.pools[issuer]
}

// fetch asks a pool for its keys.
func (v *Verifier) fetch(ctx context.Context, issuer string) (jose.JSONWebKeySet, error) {
	var keys jose.JSONWebKeySet
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, issuer+"/.well-known/jwks.json", nil)
	if err != nil {
		return keys, fmt.Errorf("ask %s for its keys: %w", issuer, err)
	}
	answer, err := v.client.Do(r)
	if err != nil {
		return keys, fmt.Errorf("ask %s for its keys: %w", issuer, err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return keys, fmt.Errorf("ask %s for its keys: status %d", issuer, answer.StatusCode)
	}
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxKeyBytes))
	if err != nil {
		return keys, fmt.Errorf("ask %s for its keys: %w", issuer, err)
	}
	if err := json.Unmarshal(text, &keys); err != nil {
		return keys, fmt.Errorf("read the keys of %s: %w", issuer, err)
	}
	return keys, nil
}
