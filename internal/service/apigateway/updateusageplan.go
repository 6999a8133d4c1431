package apigateway

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// UpdateUsagePlan changes a usage plan by patch operations.
func (s *Service) UpdateUsagePlan(ctx context.Context, call *api.Call, in *agw.UpdateUsagePlanRequest) (*agw.UsagePlan, error) {
	if err := s.authorize(ctx, call, "PATCH", "usageplans", in.UsagePlanId); err != nil {
		return nil, err
	}
	var out agw.UsagePlan
	err := s.changePlan(ctx, call, in.UsagePlanId, func(tx kv.Tx, p *planRecord) error {
		before := slices.Clone(p.Plan.ApiStages)
		for _, o := range in.PatchOperations {
			if err := patchPlan(&p.Plan, o); err != nil {
				return err
			}
		}
		for i := range p.Plan.ApiStages {
			st := &p.Plan.ApiStages[i]
			known := slices.ContainsFunc(before, func(b agw.ApiStage) bool {
				return deref(b.ApiId) == deref(st.ApiId) && deref(b.Stage) == deref(st.Stage)
			})
			if known {
				continue
			}
			if err := checkAPIStage(tx, call, st); err != nil {
				return err
			}
		}
		out = p.shape()
		return checkPlan(&p.Plan)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// patchPlan applies one operation. What a plan says of the methods of a stage
// lies under paths that no rule has the form of.
func patchPlan(p *agw.UsagePlan, o agw.PatchOperation) error {
	if rest, found := strings.CutPrefix(deref(o.Path), "/apiStages/"); found && strings.Contains(rest, "/throttle") {
		return patchStageThrottle(p, o, rest)
	}
	return patch(p, []agw.PatchOperation{o}, usagePlanRules, refusePlanPatch)
}

// refusePlanPatch names the paths that the operation may have, and with them
// those that are no rules.
func refusePlanPatch(op, path string, rules []patchable) error {
	const method = "/apiStages/<apidId:stageName>/throttle/<resourcePath>/<httpMethod>"
	switch op {
	case "remove":
		rules = append(rules, patchable{path: method, ops: []string{op}}, patchable{path: "/apiStages/<apidId:stageName>/throttle", ops: []string{op}})
	case "add", "replace":
		rules = append(rules, patchable{path: method + "/rateLimit", ops: []string{op}}, patchable{path: method + "/burstLimit", ops: []string{op}})
	}
	return refuseByPath(op, path, rules)
}

// The order is that in which AWS lists what may be removed.
var usagePlanRules = []rule[agw.UsagePlan]{
	{"/apiStages", addRemove, patchAPIStages},
	{"/quota", []string{"remove"}, func(p *agw.UsagePlan, _ patchOp) error {
		p.Quota = nil
		return nil
	}},
	{"/throttle", []string{"remove"}, func(p *agw.UsagePlan, _ patchOp) error {
		p.Throttle = nil
		return nil
	}},
	{"/productCode", allOps, text(func(p *agw.UsagePlan) **string { return &p.ProductCode })},
	{"/name", replaceOnly, text(func(p *agw.UsagePlan) **string { return &p.Name })},
	{"/description", replaceOnly, text(func(p *agw.UsagePlan) **string { return &p.Description })},
	{"/throttle/burstLimit", addReplace, func(p *agw.UsagePlan, o patchOp) error { return setLimit(throttleOf(p), "burstLimit", o.text()) }},
	{"/throttle/rateLimit", addReplace, func(p *agw.UsagePlan, o patchOp) error { return setLimit(throttleOf(p), "rateLimit", o.text()) }},
	{"/quota/limit", addReplace, func(p *agw.UsagePlan, o patchOp) error { return setNumber(&quotaOf(p).Limit, o.text()) }},
	{"/quota/offset", addReplace, func(p *agw.UsagePlan, o patchOp) error { return setNumber(&quotaOf(p).Offset, o.text()) }},
	{"/quota/period", addReplace, func(p *agw.UsagePlan, o patchOp) error {
		quotaOf(p).Period = o.text()
		return nil
	}},
}

// patchAPIStages adds the stage that is the value, or takes it away.
func patchAPIStages(p *agw.UsagePlan, o patchOp) error {
	if !strings.Contains(o.text(), ":") {
		return agw.BadRequestException("Invalid API Stage specified")
	}
	st := splitAPIStage(o.text())
	found := stageOf(p, *st.ApiId, *st.Stage) != nil
	switch {
	case o.op == "add" && found:
		return agw.ConflictException("API Stage already exists in this Usage Plan: " + o.text())
	case o.op == "add":
		p.ApiStages = append(p.ApiStages, st)
	case !found:
		return agw.NotFoundException("API Stage not found: " + o.text())
	default:
		p.ApiStages = slices.DeleteFunc(p.ApiStages, func(have agw.ApiStage) bool { return *have.ApiId == *st.ApiId && *have.Stage == *st.Stage })
	}
	return nil
}

// patchStageThrottle sets how fast the keys of a plan may call one method of a
// stage, or takes that away:
// {api}:{stage}/throttle/{path}/{method}/rateLimit, and without the last.
func patchStageThrottle(p *agw.UsagePlan, o agw.PatchOperation, rest string) error {
	name, of, found := strings.Cut(rest, "/throttle")
	wanted := splitAPIStage(unescapePointer(name))
	st := stageOf(p, *wanted.ApiId, *wanted.Stage)
	if !found || st == nil {
		return agw.BadRequestException("Invalid patch path " + *o.Path)
	}
	if o.Op == "remove" {
		if of == "" {
			st.Throttle = nil
			return nil
		}
		if _, found := st.Throttle[throttledMethod(of)]; !found {
			return agw.NotFoundException("Invalid patch path " + *o.Path)
		}
		delete(st.Throttle, throttledMethod(of))
		return nil
	}
	i := strings.LastIndexByte(of, '/')
	if i <= 0 || !slices.Contains([]string{"rateLimit", "burstLimit"}, of[i+1:]) {
		return agw.BadRequestException("Invalid patch path " + *o.Path)
	}
	method := throttledMethod(of[:i])
	t := st.Throttle[method]
	if err := setLimit(&t, of[i+1:], deref(o.Value)); err != nil {
		return err
	}
	if st.Throttle == nil {
		st.Throttle = map[string]agw.ThrottleSettings{}
	}
	st.Throttle[method] = t
	return nil
}

// throttledMethod is how a plan names a method, "/pets/GET", whether its path
// was escaped or not.
func throttledMethod(pointer string) string {
	return "/" + strings.TrimLeft(unescapePointer(pointer), "/")
}

func throttleOf(p *agw.UsagePlan) *agw.ThrottleSettings {
	if p.Throttle == nil {
		p.Throttle = &agw.ThrottleSettings{}
	}
	return p.Throttle
}

func quotaOf(p *agw.UsagePlan) *agw.QuotaSettings {
	if p.Quota == nil {
		p.Quota = &agw.QuotaSettings{Offset: new(int64(0))}
	}
	return p.Quota
}

// setLimit sets one of the two limits of a throttle.
func setLimit(t *agw.ThrottleSettings, name, text string) error {
	if name == "burstLimit" {
		return setNumber(&t.BurstLimit, text)
	}
	rate, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return agw.BadRequestException("Invalid number specified: " + text)
	}
	t.RateLimit = &rate
	return nil
}

func setNumber(field **int64, text string) error {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return agw.BadRequestException("Invalid number specified: " + text)
	}
	*field = &n
	return nil
}
