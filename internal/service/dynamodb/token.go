package dynamodb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// tokenPeriod is how long a ClientRequestToken is remembered at least.
//
// Tokens lie in the store by the period of the clock in which they were used.
// So one is looked for in this period and in the one before, and what is older
// goes as one range.
const tokenPeriod = 10 * time.Minute

// token is the ClientRequestToken of a transaction.
type token struct {
	account, region, text string
	digest                []byte // of what it stands for
}

// newToken returns the token of a request, or nil where there is none.
// parameters is what may not change under it.
func newToken(call *api.Call, text *string, parameters any) *token {
	if text == nil {
		return nil
	}
	b, err := json.Marshal(parameters) // maps in the order of their keys
	if err != nil {
		panic(fmt.Sprintf("the parameters of a transaction cannot be written: %v", err)) // they came as JSON
	}
	sum := sha256.Sum256(b)
	return &token{call.Account, call.Region, *text, sum[:]}
}

func periodOf(now time.Time) uint64 { return uint64(now.Unix()) / uint64(tokenPeriod/time.Second) }

func (t *token) key(period uint64) []byte {
	return keys.Encode(service, "token", period, t.account, t.region, t.text)
}

// claims are the keys where the token may be, or none without a token.
func (t *token) claims(now time.Time) [][]byte {
	if t == nil {
		return nil
	}
	return [][]byte{t.key(periodOf(now)), t.key(periodOf(now) - 1)}
}

// use reports whether the token has been used before, and if not, notes that
// it is now, which is the time of the claims.
func (t *token) use(tx kv.Tx, now time.Time) (before bool, err error) {
	for _, key := range t.claims(now) {
		digest, err := tx.Get(key)
		if errors.Is(err, kv.ErrNotFound) {
			continue
		}
		if err != nil {
			return false, err
		}
		if !bytes.Equal(digest, t.digest) {
			return false, ddb.IdempotentParameterMismatchException("The ClientRequestToken was already used with other parameters")
		}
		return true, nil
	}
	tx.Set(t.key(periodOf(now)), bytes.Clone(t.digest))
	return false, nil
}

// sweepTokens forgets tokens of past periods.
func (s *Service) sweepTokens(ctx context.Context) error {
	first := keys.Encode(service, "token")
	past := kv.Range{Start: first, End: keys.AppendUint(clip(first), periodOf(s.clock.Now())-1)}
	found := false
	err := s.store.View(ctx, func(r kv.Reader) error {
		for _, err := range r.Scan(past) {
			found = err == nil
			return err
		}
		return nil
	})
	if err != nil || !found {
		return err
	}
	return s.store.DeleteRange(ctx, past)
}
