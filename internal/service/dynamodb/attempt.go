package dynamodb

import (
	"context"
	"errors"

	"cloudless/internal/api"
)

// attempt is one try of a request, with the tables that it uses as they were
// known when it began.
type attempt struct {
	service *Service
	opened  []*table
}

// retrying calls do, which opens tables and uses them, until what it has
// opened is up to date. A transaction that finds a definition changed says so
// itself (verify); an error from before the transaction counts only if it holds
// of the tables as they are.
func (s *Service) retrying(ctx context.Context, do func(*attempt) error) error {
	for {
		a := &attempt{service: s}
		err := do(a)
		if stale, ok := errors.AsType[*staleError](err); ok {
			s.forget(stale.table)
			continue
		}
		if err != nil && a.outdated(ctx) {
			continue
		}
		return err
	}
}

// outdated reports whether a table has changed since it was opened, and forgets
// those that have.
func (a *attempt) outdated(ctx context.Context) bool {
	outdated := false
	for _, t := range a.opened {
		err := a.service.store.View(ctx, t.verify)
		if stale, ok := errors.AsType[*staleError](err); ok {
			a.service.forget(stale.table)
			outdated = true
		}
	}
	return outdated
}

// open finds the table of a request on items and authorizes the action on it.
// facts, which may be nil, tells what policies may ask about the request; it
// is given nil where there is no such table.
func (a *attempt) open(ctx context.Context, call *api.Call, action, nameOrARN, indexName string, facts func(*table) []api.Fact) (*table, error) {
	r, err := parseRef(call, nameOrARN)
	if err != nil {
		return nil, err
	}
	t, err := a.service.lookup(ctx, r)
	if err != nil {
		return nil, err
	}
	if t != nil {
		a.opened = append(a.opened, t)
	}
	resource := r.arn()
	if indexName != "" {
		resource += "/index/" + indexName
	}
	var given []api.Fact
	if t != nil && facts != nil {
		given = facts(t)
	}
	given = append(given, t.policyFacts()...)
	if err := a.service.authz.Authorize(ctx, call, "dynamodb:"+action, resource, given...); err != nil {
		return nil, err
	}
	if t == nil || r.region != call.Region || !t.usable(a.service.clock.Now()) {
		return nil, errNoTable
	}
	return t, nil
}
