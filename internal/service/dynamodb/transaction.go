package dynamodb

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
)

// transaction is a TransactWriteItems, or an ExecuteTransaction that writes.
type transaction struct {
	parts    []*transactionPart
	token    *token // or nil
	repeated bool   // it had been made before, so nothing was changed now
}

// transactionPart is the change of one item, or a condition on it.
type transactionPart struct {
	tableName string // as the request has it
	action    string // what policies call it
	planIn    func(*table) (*writePlan, error)
	refuse    func(error) error // what an error from before the transaction becomes, or nil
	plan      *writePlan        // for the table
	table     *table
	done      changed
}

// runTransaction carries out a transaction, all or none of it.
func (s *Service) runTransaction(ctx context.Context, call *api.Call, tx *transaction) error {
	return s.retrying(ctx, func(a *attempt) error {
		changes, err := openTransaction(ctx, a, call, tx)
		if err != nil {
			return err
		}
		if err := tx.admitted(s.admitsWrite); err != nil {
			return err
		}
		now := s.clock.Now()
		err = s.transact(ctx, changes, tx.token.claims(now), func(w *work) error {
			tx.repeated = false
			if tx.token != nil {
				if tx.repeated, err = tx.token.use(w.tx, now); err != nil {
					return err
				}
			}
			if tx.repeated {
				return tx.look(w, changes)
			}
			return tx.do(w, changes)
		})
		if err != nil {
			return err
		}
		s.takeTransaction(tx)
		return nil
	})
}

// admitted refuses a transaction one of whose tables has given all that it has.
func (t *transaction) admitted(admits func(*table) error) error {
	failed := false
	reasons := make([]ddb.CancellationReason, len(t.parts))
	for i, p := range t.parts {
		reasons[i].Code = new("None")
		if err := admits(p.table); err != nil {
			e := awserr.From(err)
			failed, reasons[i] = true, ddb.CancellationReason{Code: new(strings.TrimSuffix(e.Code, "Exception")), Message: &e.Message}
		}
	}
	if failed {
		return canceled(reasons)
	}
	return nil
}

// takeTransaction pays for a transaction, which costs twice what its parts
// would.
func (s *Service) takeTransaction(t *transaction) {
	for _, p := range t.parts {
		s.take(p.table, p.done.consumed, !t.repeated, 2)
	}
}

// openTransaction finds the tables, authorizes each part, and checks what AWS
// checks before it begins.
func openTransaction(ctx context.Context, a *attempt, call *api.Call, tx *transaction) ([]*change, error) {
	var changes []*change
	reasons := make([]ddb.CancellationReason, len(tx.parts))
	size, refused := 0, false
	for i, p := range tx.parts {
		reasons[i].Code = new("None")
		c, err := p.open(ctx, a, call)
		if e, ok := errors.AsType[*cancelError](err); ok {
			reasons[i], _ = cancellation(e.cause)
			refused = true
			continue
		}
		if err != nil {
			return nil, err
		}
		if size += p.plan.item.Size(); size > maxTransactionBytes {
			return nil, errTransactionSize
		}
		changes = append(changes, c)
	}
	if refused {
		return nil, canceled(reasons)
	}
	keys := make([][]byte, len(changes))
	for i, c := range changes {
		keys[i] = c.storeKey
	}
	return changes, checkDistinct(keys)
}

// checkDistinct refuses a transaction that is about one item twice.
func checkDistinct(storeKeys [][]byte) error {
	for i, key := range storeKeys {
		for _, other := range storeKeys[:i] {
			if bytes.Equal(key, other) {
				return awserr.Validation("Transaction request cannot include multiple operations on one item")
			}
		}
	}
	return nil
}

// open finds the table of a part, authorizes it, and makes a change of it.
func (p *transactionPart) open(ctx context.Context, a *attempt, call *api.Call) (*change, error) {
	c, err := p.change(ctx, a, call)
	if err != nil && p.refuse != nil {
		err = p.refuse(err)
	}
	return c, err
}

func (p *transactionPart) change(ctx context.Context, a *attempt, call *api.Call) (*change, error) {
	var err error
	p.table, err = a.open(ctx, call, p.action, p.tableName, "", func(t *table) []api.Fact {
		if plan, err := p.planIn(t); err == nil {
			return itemFacts(t, plan.item, "")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if p.plan, err = p.planIn(p.table); err != nil {
		return nil, err
	}
	return p.plan.on(p.table)
}

// do makes the changes. When one of them fails, all the others are tried too:
// the answer tells of each whether it would have been made.
func (t *transaction) do(w *work, changes []*change) error {
	failed, size := false, 0
	reasons := make([]ddb.CancellationReason, len(changes))
	for i, c := range changes {
		var err error
		if t.parts[i].done, err = w.do(c); err != nil {
			reason, ok := cancellation(err)
			if !ok {
				return err
			}
			failed, reasons[i] = true, reason
			continue
		}
		reasons[i].Code = new("None")
		if size += max(t.parts[i].done.old.Size(), t.parts[i].done.new.Size()); size > maxTransactionBytes {
			return errTransactionSize
		}
	}
	if failed {
		return canceled(reasons)
	}
	return nil
}

// errTransactionSize is the answer to a transaction about too much, as it was
// or as it would be. It also keeps what the store has to take in one piece
// within bounds.
var errTransactionSize error = awserr.Validation("Transaction request exceeds the maximum size of 4 MB")

// look reads the items of a transaction that has been made before: that is
// what its repetition costs.
func (t *transaction) look(w *work, changes []*change) error {
	for i, c := range changes {
		if err := w.verify(c.table); err != nil {
			return err
		}
		it, err := readItem(w.tx, c.storeKey)
		if err != nil {
			return err
		}
		t.parts[i].done = changed{old: it, new: it}
		t.parts[i].done.consumed.add(nil, readUnits(it.Size(), true))
	}
	return nil
}

// cancellation returns why a part cannot be done, or false where the error is
// none of the transaction's.
func cancellation(err error) (ddb.CancellationReason, bool) {
	e := awserr.From(err)
	switch e.Code {
	case "ConditionalCheckFailedException":
		reason := ddb.CancellationReason{Code: new("ConditionalCheckFailed"), Message: &e.Message}
		if detail, ok := e.Detail.(*ddb.ConditionalCheckFailedExceptionDetail); ok {
			reason.Item = detail.Item
		}
		return reason, true
	case "ResourceNotFoundException":
		return ddb.CancellationReason{Code: new("ResourceNotFound"), Message: &e.Message}, true
	case "DuplicateItemException":
		return ddb.CancellationReason{Code: new("DuplicateItem"), Message: &e.Message}, true
	case awserr.CodeValidation:
		return ddb.CancellationReason{Code: new("ValidationError"), Message: &e.Message}, true
	}
	return ddb.CancellationReason{}, false
}

// canceled is the error of a transaction that was not made.
func canceled(reasons []ddb.CancellationReason) error {
	codes := make([]string, len(reasons))
	for i, r := range reasons {
		codes[i] = *r.Code
	}
	return ddb.TransactionCanceledException("Transaction cancelled, please refer cancellation reasons for specific reasons [" + strings.Join(codes, ", ") + "]").
		With(&ddb.TransactionCanceledExceptionDetail{CancellationReasons: reasons})
}

// capacity answers ReturnConsumedCapacity, once for each table, in the order
// in which the tables first occur.
func (t *transaction) capacity(level string) []ddb.ConsumedCapacity {
	var tables []*table
	taken := map[*table]*consumption{}
	for _, p := range t.parts {
		if taken[p.table] == nil {
			taken[p.table] = &consumption{}
			tables = append(tables, p.table)
		}
		taken[p.table].merge(p.done.consumed)
	}
	var all []ddb.ConsumedCapacity
	for _, table := range tables {
		if c := taken[table].answerTransaction(level, table, t.repeated); c != nil {
			all = append(all, *c)
		}
	}
	return all
}
