package kvtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"cloudless/internal/storage/kv"
)

const (
	clerks   = 8
	accounts = 5
	fortune  = 1000 // what each account begins with
)

// bank is a store in which clerks move money between accounts, each noting in
// a key of their own how many transfers they have made.
type bank struct {
	*suite
	t     *testing.T
	store kv.Store
	rng   []*rand.Rand // of each clerk

	made    [clerks]atomic.Int64 // transfers that were acknowledged
	perhaps [clerks]atomic.Int64 // transfers of which nobody knows
}

// testConcurrent has clerks and auditors at work at the same time. The sum of
// all accounts never changes, no acknowledged transfer is ever missing from a
// later view, and none is made twice. Then the store is reopened, crashed, and
// must still say the same.
func (s *suite) testConcurrent(t *testing.T) {
	b := &bank{suite: s, t: t, store: s.store(t)}
	for i := range clerks {
		b.rng = append(b.rng, s.rng(uint64(100+i)))
	}
	b.found()
	for _, how := range []func(*testing.T, kv.Store) kv.Store{nil, s.Reopen, s.Crash} {
		if how != nil {
			b.store = how(t, b.store)
			closeAtEnd(t, b.store)
		}
		b.day()
		if t.Failed() {
			return
		}
		b.audit(true)
	}
}

func accountKey(i int) []byte { return fmt.Appendf(nil, "account/%d", i) }
func clerkKey(i int) []byte   { return fmt.Appendf(nil, "clerk/%d", i) }

// found gives every account its fortune.
func (b *bank) found() {
	for range persistence {
		err := b.store.Update(b.t.Context(), kv.Claims{}, func(tx kv.Tx) error {
			for i := range accounts {
				tx.Set(accountKey(i), []byte(strconv.Itoa(fortune)))
			}
			for i := range clerks {
				tx.Set(clerkKey(i), []byte("0"))
			}
			return nil
		})
		if err == nil {
			return
		}
		if !b.Faulty {
			b.t.Fatal(err)
		}
	}
	b.t.Fatalf("the first update failed %d times", persistence)
}

// day lets everybody work until the clerks have made their share of Steps.
func (b *bank) day() {
	var working, auditing sync.WaitGroup
	closing := make(chan struct{})
	for i := range clerks {
		working.Go(func() {
			for range b.Steps / clerks {
				if b.t.Failed() {
					return
				}
				b.transfer(i)
			}
		})
	}
	for range 2 {
		auditing.Go(func() {
			for !b.t.Failed() {
				select {
				case <-closing:
					return
				default:
					b.audit(false)
				}
			}
		})
	}
	working.Wait()
	close(closing)
	auditing.Wait()
}

// transfer moves money between two accounts, in one transaction with the
// clerk's own count.
func (b *bank) transfer(clerk int) {
	rng := b.rng[clerk]
	from, to, amount := rng.IntN(accounts), rng.IntN(accounts), rng.IntN(100)
	if from == to {
		return
	}
	claims := kv.Claims{Write: [][]byte{accountKey(from), accountKey(to), clerkKey(clerk)}}
	// A failed update may turn out to have happened; the count must have been
	// raised before anyone can see it.
	b.perhaps[clerk].Add(1)
	err := b.store.Update(b.t.Context(), claims, func(tx kv.Tx) error {
		for key, by := range map[string]int{string(accountKey(from)): -amount, string(accountKey(to)): amount, string(clerkKey(clerk)): 1} {
			n, err := number(tx, []byte(key))
			if err != nil {
				return err
			}
			tx.Set([]byte(key), []byte(strconv.Itoa(n+by)))
		}
		return nil
	})
	switch {
	case err == nil:
		b.made[clerk].Add(1)
		b.perhaps[clerk].Add(-1)
	case !b.Faulty:
		b.t.Errorf("Update = %v", err)
	}
}

// audit checks the books. When all have stopped, the counts are exact.
func (b *bank) audit(stopped bool) {
	var least [clerks]int64
	for i := range clerks {
		least[i] = b.made[i].Load()
	}
	var sum int
	var counts [clerks]int64
	err := b.store.View(b.t.Context(), func(r kv.Reader) error {
		sum = 0
		for p, err := range r.Scan(kv.Prefix([]byte("account/"))) {
			if err != nil {
				return err
			}
			n, err := strconv.Atoi(string(p.Value))
			if err != nil {
				return err
			}
			sum += n
		}
		for i := range clerks {
			n, err := number(r, clerkKey(i))
			if err != nil {
				return err
			}
			counts[i] = int64(n)
		}
		return nil
	})
	if err != nil {
		if !b.Faulty {
			b.t.Errorf("View = %v", err)
		}
		return
	}
	if sum != accounts*fortune {
		b.t.Errorf("the accounts sum up to %d, want %d", sum, accounts*fortune)
	}
	for i, n := range counts {
		if n < least[i] {
			b.t.Errorf("clerk %d: the view shows %d transfers, though %d were acknowledged before it", i, n, least[i])
		}
		if most := b.made[i].Load() + b.perhaps[i].Load(); stopped && n > most {
			b.t.Errorf("clerk %d: the store has %d transfers, though only %d were asked for", i, n, most)
		}
	}
}

// number reads a key that holds a decimal number.
func number(r kv.Reader, key []byte) (int, error) {
	value, err := r.Get(key)
	if err != nil {
		return 0, errors.Join(fmt.Errorf("key %q", key), err)
	}
	return strconv.Atoi(string(value))
}
