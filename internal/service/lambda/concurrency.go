package lambda

import (
	"errors"
	"fmt"
	"sync"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// The quotas of concurrent executions of an account in a region.
const (
	maxConcurrency = 1000
	minUnreserved  = 100 // what reservations leave to the functions without one
)

// The reasons for which an invocation is throttled.
const (
	reservedLimit = "ReservedFunctionConcurrentInvocationLimitExceeded"
	accountLimit  = "ConcurrentInvocationLimitExceeded"
)

func throttled(reason string) *awserr.Error {
	return lambdaapi.TooManyRequestsException("Rate Exceeded.").With(
		&lambdaapi.TooManyRequestsExceptionDetail{Type: new("User"), Reason: reason})
}

// reservations is what the functions of an account in a region have reserved.
type reservations struct {
	FormatVersion int   `json:"v"`
	Reserved      int64 `json:"reserved"`             // concurrent executions, of all functions
	Provisions    bool  `json:"provisions,omitempty"` // something was provisioned: there may be records of it
}

func readReservations(r kv.Reader, account, region string) (reservations, error) {
	all := reservations{FormatVersion: 1}
	err := readRecord(r, accountKey(account, region), &all, kv.ErrNotFound)
	if errors.Is(err, kv.ErrNotFound) {
		err = nil
	}
	return all, err
}

// recordProvision notes that something of the account is provisioned, from now on
// and for ever. The caller has claimed the account's record.
func recordProvision(tx kv.Tx, n name) error {
	all, err := readReservations(tx, n.account, n.region)
	if err != nil || all.Provisions {
		return err
	}
	all.Provisions = true
	return writeRecord(tx, accountKey(n.account, n.region), all)
}

// reserve changes what f has reserved, nil being nothing, in f and in the sum.
// The caller writes f, and has claimed the sum.
func reserve(tx kv.Tx, f *function, reserved *int64) error {
	if f.Reserved == nil && reserved == nil {
		return nil
	}
	all, err := readReservations(tx, f.Account, f.Region)
	if err != nil {
		return err
	}
	if f.Reserved != nil {
		all.Reserved -= *f.Reserved
	}
	if reserved != nil {
		all.Reserved += *reserved
		provisioned, err := all.readExecutions(tx, f.Account, f.Region)
		if err != nil {
			return err
		}
		if maxConcurrency-all.Reserved-provisioned.unreserved(f.Name) < minUnreserved {
			return untyped(lambdaapi.InvalidParameterValueException(fmt.Sprintf("Specified ReservedConcurrentExecutions for function decreases "+
				"account's UnreservedConcurrentExecution below its minimum value of [%d].", minUnreserved)))
		}
	}
	f.Reserved = reserved
	return writeRecord(tx, accountKey(f.Account, f.Region), all)
}

// slots counts the executions under way. A function with a reservation has
// slots of its own, the others share what is left of the account's. A version for which
// executions are provisioned has those first: they are taken out of the reservation,
// or, if there is none, out of the account's.
type slots struct {
	mu   sync.Mutex
	busy map[slotOwner]int64
}

// slotOwner is a version for which executions are provisioned, a function where
// version is "", or the account in a region where function is "" as well.
type slotOwner struct{ account, region, function, version string }

// take takes a slot for an execution. release gives it back.
func (s *slots) take(t target) (release func(), err error) {
	owner, limit, reason := slotOwner{account: t.Account, region: t.Region}, maxConcurrency-t.reserved, accountLimit
	if t.limit != nil {
		owner.function, limit, reason = t.Name, *t.limit-t.kept, reservedLimit
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if own := (slotOwner{t.Account, t.Region, t.Name, t.version()}); s.busy[own] < t.provisioned {
		owner, limit = own, t.provisioned
	}
	if s.busy[owner] >= limit {
		return nil, throttled(reason)
	}
	s.busy[owner]++
	return func() { s.release(owner) }, nil
}

func (s *slots) release(owner slotOwner) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.busy[owner]--; s.busy[owner] == 0 {
		delete(s.busy, owner)
	}
}
