package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The bank is a partition of the left table. What its accounts hold together
// never changes, and each transfer leaves a record in the right table.
const (
	bank     = "bank"
	accounts = 6
	deposit  = 1000 // in each account at first
)

func account(n int) key { return key{0, bank, n} }

// openBank puts the accounts.
func (db *database) openBank(t *testing.T, l *ledger) {
	t.Helper()
	for n := range accounts {
		i := invent(account(n), l.next())
		i["balance"] = num(deposit)
		if _, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: db.table(0), Item: i}); err != nil {
			t.Fatal(err)
		}
		l.fates[i.number("v")] = happened
	}
}

// audit compares the accounts with the records of transfers.
func audit(t *testing.T, read map[key]item) {
	t.Helper()
	balances := make([]int64, accounts)
	for n := range balances {
		balances[n] = deposit
	}
	for k, i := range read {
		if k.side == 1 && i["amount"] != nil {
			balances[i.number("from")] -= i.number("amount")
			balances[i.number("to")] += i.number("amount")
		}
	}
	for n, want := range balances {
		if got := read[account(n)].number("balance"); got != want {
			t.Errorf("account %d has %d; by the records of its transfers it has %d", n, got, want)
		}
	}
}

// transfer moves an amount from one account to another and leaves a record:
// three items of two tables.
func (w *writer) transfer(ctx context.Context) bool {
	from := rand.IntN(accounts)
	to := (from + 1 + rand.IntN(accounts-1)) % accounts
	k := key{1, "transfers-of-" + w.pk, int(w.ledger.next())}
	record := invent(k, w.ledger.next())
	amount := 1 + rand.IntN(40)
	record["from"], record["to"], record["amount"] = num(from), num(to), num(amount)

	versions := []int64{record.number("v"), w.ledger.next(), w.ledger.next()}
	move := func(n int, sign, condition string, version int64) types.TransactWriteItem {
		values := item{":amount": num(amount), ":v": num(version), ":group": group()}
		return types.TransactWriteItem{Update: &types.Update{
			TableName: w.db.table(0), Key: account(n).attributes(),
			UpdateExpression:    aws.String("SET balance = balance " + sign + " :amount, v = :v, #group = :group"),
			ConditionExpression: &condition, ExpressionAttributeNames: editNames, ExpressionAttributeValues: values,
		}}
	}
	in := &dynamodb.TransactWriteItemsInput{
		ClientRequestToken: w.token(),
		TransactItems: []types.TransactWriteItem{
			move(from, "-", "balance >= :amount", versions[1]),
			{Put: &types.Put{TableName: w.db.table(1), Item: record, ConditionExpression: aws.String("attribute_not_exists(pk)")}},
			move(to, "+", "attribute_exists(pk)", versions[2]),
		},
	}
	_, err := w.db.TransactWriteItems(ctx, in)
	d := deed{what: "transfer", changes: map[key]change{k: {nil, record}}, versions: versions, whole: true, again: in}
	return w.ledger.settle(w.t, d, err, true)
}

// token returns a token that no other transaction of the account has.
func (w *writer) token() *string {
	return aws.String(fmt.Sprintf("token-%d-%d", w.db.generation, w.ledger.next()))
}

// compose makes a transaction over some of the writer's items in both tables.
func (w *writer) compose() (deed, []types.TransactWriteItem) {
	d := deed{what: "transaction", changes: map[key]change{}, whole: true}
	var requests []types.TransactWriteItem
	seen := map[key]bool{}
	for range 2 + rand.IntN(5) {
		k := w.anyKey()
		if seen[k] {
			continue
		}
		seen[k] = true
		before := w.ledger.item(k)
		request, c := w.member(k, before)
		requests = append(requests, request)
		if request.ConditionCheck != nil {
			continue
		}
		d.changes[k] = c
		if c.after != nil {
			d.versions = append(d.versions, c.after.number("v"))
		}
	}
	return d, requests
}

// member is one item's part of a transaction. Its condition holds.
func (w *writer) member(k key, before item) (types.TransactWriteItem, change) {
	table, known, old := w.db.table(k.side), aws.String("v = :old"), item{":old": before["v"]}
	switch choice := rand.IntN(5); {
	case before == nil && choice == 0:
		return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: table, Key: k.attributes(),
			ConditionExpression: aws.String("attribute_not_exists(pk)")}}, change{}
	case before == nil:
		after := invent(k, w.ledger.next())
		return types.TransactWriteItem{Put: &types.Put{TableName: table, Item: after,
			ConditionExpression: aws.String("attribute_not_exists(pk)")}}, change{nil, after}
	case choice == 0:
		return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: table, Key: k.attributes(),
			ConditionExpression: known, ExpressionAttributeValues: old}}, change{}
	case choice == 1:
		return types.TransactWriteItem{Delete: &types.Delete{TableName: table, Key: k.attributes(),
			ConditionExpression: known, ExpressionAttributeValues: old}}, change{before, nil}
	case choice == 2:
		after := invent(k, w.ledger.next())
		return types.TransactWriteItem{Put: &types.Put{TableName: table, Item: after,
			ConditionExpression: known, ExpressionAttributeValues: old}}, change{before, after}
	}
	e := w.edit(before)
	e.values[":old"] = before["v"]
	return types.TransactWriteItem{Update: &types.Update{TableName: table, Key: k.attributes(), UpdateExpression: &e.expression,
		ConditionExpression: known, ExpressionAttributeNames: editNames, ExpressionAttributeValues: e.values}}, change{before, e.after}
}

func (w *writer) transact(ctx context.Context) bool {
	d, requests := w.compose()
	if len(d.changes) == 0 {
		return true
	}
	d.again = &dynamodb.TransactWriteItemsInput{TransactItems: requests, ClientRequestToken: w.token()}
	_, err := w.db.TransactWriteItems(ctx, d.again)
	return w.ledger.settle(w.t, d, err, false)
}

// transactInVain sends a transaction of which one condition does not hold.
func (w *writer) transactInVain(ctx context.Context) bool {
	d, requests := w.compose()
	k, before := w.existing()
	if _, used := d.changes[k]; before == nil || used || len(d.changes) == 0 {
		return true
	}
	for _, r := range requests {
		if c := r.ConditionCheck; c != nil && *c.TableName == *w.db.table(k.side) && item(c.Key).keyIn(k.side) == k {
			return true
		}
	}
	at := rand.IntN(len(requests) + 1)
	false1 := types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: w.db.table(k.side), Key: k.attributes(),
		ConditionExpression: aws.String("v = :old"), ExpressionAttributeValues: item{":old": num(-1)}}}
	requests = append(requests[:at:at], append([]types.TransactWriteItem{false1}, requests[at:]...)...)
	_, err := w.db.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: requests})
	if err == nil {
		w.t.Errorf("a transaction went through although one of its conditions does not hold")
	}
	if canceled, ok := errors.AsType[*types.TransactionCanceledException](err); ok {
		for n, reason := range canceled.CancellationReasons {
			if want := map[bool]string{true: "ConditionalCheckFailed", false: "None"}[n == at]; *reason.Code != want {
				w.t.Errorf("the reason of place %d is %s, want %s", n, *reason.Code, want)
			}
		}
	}
	return w.ledger.settle(w.t, deed{what: "transaction in vain", versions: d.versions}, err, true)
}

// watchBank reads all accounts in one transaction, again and again.
func (db *database) watchBank(ctx context.Context, t *testing.T, l *ledger) {
	in := &dynamodb.TransactGetItemsInput{}
	for n := range accounts {
		in.TransactItems = append(in.TransactItems, types.TransactGetItem{Get: &types.Get{TableName: db.table(0), Key: account(n).attributes()}})
	}
	for {
		out, err := db.TransactGetItems(ctx, in)
		if isRefusal(err) {
			continue // a transfer was under way
		}
		if err != nil {
			l.settle(t, deed{what: "TransactGetItems"}, err, false)
			return
		}
		sum := int64(0)
		for _, r := range out.Responses {
			sum += item(r.Item).number("balance")
		}
		if sum != accounts*deposit {
			t.Errorf("the accounts held %d together, and that never changes: %d", sum, accounts*deposit)
		}
	}
}

// sendAgain repeats, with their tokens, some of the transactions whose answers did
// not come. What happened already does not happen once more, and is answered
// as if it had.
func (db *database) sendAgain(t *testing.T, l *ledger, unanswered map[fate][]deed) {
	t.Helper()
	for f, deeds := range unanswered {
		for _, d := range deeds {
			if d.again == nil || rand.IntN(2) == 0 {
				continue
			}
			_, err := db.TransactWriteItems(t.Context(), d.again)
			switch {
			case err == nil:
				l.done[d.what+" sent again, which had "+f.String()]++
				l.conclude(d, happened)
			case isRefusal(err) && d.what == "transfer" && f == refused:
				// by now the account may hold less
			default:
				t.Errorf("%s, sent again with its token after it had %s: %v", d.what, f, err)
			}
		}
	}
}
