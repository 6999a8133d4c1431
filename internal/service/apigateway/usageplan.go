package apigateway

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// planRecord is a usage plan: which stages its keys open, how fast and how
// often.
type planRecord struct {
	Form int
	Plan agw.UsagePlan
}

func noSuchPlan() error {
	return agw.NotFoundException("Invalid Usage Plan ID specified")
}

// findPlan reads a usage plan of the caller.
func findPlan(r kv.Reader, call *api.Call, id string) (*planRecord, error) {
	p, err := load[planRecord](r, usagePlans.key(call, id))
	if err != nil {
		return nil, orElse(err, noSuchPlan())
	}
	return p, nil
}

// shape is the plan as AWS shows it.
func (p *planRecord) shape() agw.UsagePlan {
	out := p.Plan
	out.ApiStages = emptyNotNil(out.ApiStages)
	return out
}

// changePlan changes a plan, with the keys in it held still.
func (s *Service) changePlan(ctx context.Context, call *api.Call, id string, change func(tx kv.Tx, p *planRecord) error) error {
	key := usagePlans.key(call, id)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		p, err := findPlan(tx, call, id)
		if err != nil {
			return err
		}
		if err := change(tx, p); err != nil {
			return err
		}
		return save(tx, key, p)
	})
}

// checkPlan refuses a plan that AWS refuses.
func checkPlan(p *agw.UsagePlan) error {
	if deref(p.Name) == "" {
		return agw.BadRequestException("Usage Plan name must be set")
	}
	if err := checkThrottle(p.Throttle); err != nil {
		return err
	}
	for _, st := range p.ApiStages {
		for _, t := range st.Throttle {
			if err := checkThrottle(&t); err != nil {
				return err
			}
		}
	}
	return checkQuota(p.Quota)
}

func checkThrottle(t *agw.ThrottleSettings) error {
	if t != nil && (deref(t.BurstLimit) < 0 || deref(t.RateLimit) < 0) {
		return agw.BadRequestException("Usage Plan throttle limits must not be negative")
	}
	return nil
}

func checkQuota(q *agw.QuotaSettings) error {
	if q == nil {
		return nil
	}
	offset := deref(q.Offset)
	switch {
	case deref(q.Limit) <= 0:
		return agw.BadRequestException("Usage Plan quota limit must be greater than zero")
	case q.Period == "DAY" && offset != 0:
		return agw.BadRequestException("Usage Plan quota offset must be zero in the DAY period")
	case q.Period == "WEEK" && (offset < 0 || offset > 6):
		return agw.BadRequestException("Usage Plan quota offset must be between zero and six inclusive in the WEEK period")
	case q.Period == "MONTH" && (offset < 0 || offset > 27):
		return agw.BadRequestException("Usage Plan quota offset must be between zero and 27 inclusive in the MONTH period")
	case !slices.Contains([]string{"DAY", "WEEK", "MONTH"}, q.Period):
		return agw.BadRequestException("Usage Plan quota period must be one of DAY, WEEK, MONTH")
	}
	return nil
}

// checkAPIStage refuses a stage that the caller does not have.
func checkAPIStage(r kv.Reader, call *api.Call, st *agw.ApiStage) error {
	if _, err := findStage(r, call, deref(st.ApiId), deref(st.Stage)); err != nil {
		return orElse(hideNotFound(err), agw.NotFoundException("API Stage not found: "+deref(st.ApiId)+":"+deref(st.Stage)))
	}
	return nil
}

// stageOf returns what a plan says of a stage, or nil.
func stageOf(p *agw.UsagePlan, apiID, stage string) *agw.ApiStage {
	for i := range p.ApiStages {
		if st := &p.ApiStages[i]; deref(st.ApiId) == apiID && deref(st.Stage) == stage {
			return st
		}
	}
	return nil
}

// forgetStages takes a stage that was deleted from the usage plans that open it,
// as AWS does, and from the keys that do; with stage "" all of an API.
func (s *Service) forgetStages(ctx context.Context, call *api.Call, apiID, stage string) error {
	if err := s.forgetStageKeys(ctx, call, apiID, stage); err != nil {
		return err
	}
	gone := func(st agw.ApiStage) bool {
		return deref(st.ApiId) == apiID && (stage == "" || deref(st.Stage) == stage)
	}
	all, err := view(ctx, s, func(r kv.Reader) ([]*planRecord, error) { return loadAll[planRecord](r, usagePlans.key(call)) })
	if err != nil {
		return err
	}
	for _, p := range all {
		if !slices.ContainsFunc(p.Plan.ApiStages, gone) {
			continue
		}
		err := s.changePlan(ctx, call, *p.Plan.Id, func(_ kv.Tx, p *planRecord) error {
			p.Plan.ApiStages = slices.DeleteFunc(p.Plan.ApiStages, gone)
			return nil
		})
		if orElse(hideNotFound(err), nil) != nil { // a plan that is gone by now opens nothing
			return err
		}
	}
	return nil
}

// attachKey gives a key to a plan, within a transaction that claims both. A key
// has one plan for a stage.
func attachKey(tx kv.Tx, call *api.Call, plan string, k *keyRecord) error {
	p, err := findPlan(tx, call, plan)
	if err != nil {
		return err
	}
	for _, other := range k.Plans {
		o, err := findPlan(tx, call, other)
		if err != nil {
			return err
		}
		shared := slices.ContainsFunc(p.Plan.ApiStages, func(st agw.ApiStage) bool { return stageOf(&o.Plan, deref(st.ApiId), deref(st.Stage)) != nil })
		if other == plan || shared {
			return agw.ConflictException(fmt.Sprintf("Usage Plan %s cannot be added because API Key %s cannot reference multiple Usage Plans with the same API:Stage", plan, *k.Key.Id))
		}
	}
	k.Plans = append(k.Plans, plan)
	tx.Set(planKeys.key(call, plan, *k.Key.Id), []byte{})
	return save(tx, apiKeys.key(call, *k.Key.Id), k)
}

// detachKey forgets that a plan has a key, and what the key has used.
func detachKey(tx kv.Tx, call *api.Call, plan, key string) error {
	tx.Delete(planKeys.key(call, plan, key))
	tx.Delete(quotas.key(call, plan, key))
	return deleteAll(tx, usages.key(call, plan, key))
}

// keysOfPlan reads the keys that a plan has.
func keysOfPlan(r kv.Reader, call *api.Call, plan string) ([]*keyRecord, error) {
	var out []*keyRecord
	ids, err := lastElements(r, planKeys.key(call, plan))
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		k, err := findKey(r, call, id)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}

// splitAPIStage reads "api:stage".
func splitAPIStage(text string) agw.ApiStage {
	apiID, stage, _ := strings.Cut(text, ":")
	return agw.ApiStage{ApiId: &apiID, Stage: &stage}
}
