package apigateway

import (
	"context"
	"slices"
	"time"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// maxUsageDays bounds the days that GetUsage tells of at once. Usage is asked
// for by quarters of a year.
const maxUsageDays = 90

// GetUsage tells for each key of a usage plan how much of the quota was used on
// each of some days, and how much was left.
func (s *Service) GetUsage(ctx context.Context, call *api.Call, in *agw.GetUsageRequest) (*agw.Usage, error) {
	if err := s.authorize(ctx, call, "GET", "usageplans", in.UsagePlanId, "usage"); err != nil {
		return nil, err
	}
	days, err := daysBetween(in.StartDate, in.EndDate)
	if err != nil {
		return nil, err
	}
	out := &agw.Usage{EndDate: &in.EndDate, StartDate: &in.StartDate, UsagePlanId: &in.UsagePlanId, Items: map[string][][]int64{}}
	err = s.store.View(ctx, func(r kv.Reader) error {
		p, err := findPlan(r, call, in.UsagePlanId)
		if err != nil {
			return err
		}
		ids, err := lastElements(r, planKeys.key(call, in.UsagePlanId))
		if err != nil {
			return err
		}
		if deref(in.KeyId) != "" {
			ids = slices.DeleteFunc(ids, func(id string) bool { return id != *in.KeyId })
		}
		if ids, out.Position, err = page(ids, func(id string) string { return id }, in.Limit, in.Position); err != nil {
			return err
		}
		for _, id := range ids {
			if out.Items[id], err = usageOf(r, call, &p.Plan, id, days); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// usageOf returns for each day what a key has used, and what was left. Of a
// day without any use the day before tells what was left, within a period.
func usageOf(r kv.Reader, call *api.Call, plan *agw.UsagePlan, key string, days []time.Time) ([][]int64, error) {
	out := make([][]int64, 0, len(days))
	left, period := int64(0), ""
	for _, day := range days {
		if plan.Quota != nil {
			if begun := periodOf(plan.Quota, day); begun != period {
				left, period = deref(plan.Quota.Limit), begun
			}
		}
		u, err := load[usageRecord](r, usages.key(call, *plan.Id, key, day.Format(time.DateOnly)))
		if orElse(err, nil) != nil {
			return nil, err
		}
		used := int64(0)
		if err == nil {
			used, left = u.Used, u.Remaining
		}
		out = append(out, []int64{used, left})
	}
	return out, nil
}

// daysBetween returns the days from one date to another, both included.
func daysBetween(start, end string) ([]time.Time, error) {
	from, err := time.Parse(time.DateOnly, start)
	if err != nil {
		return nil, agw.BadRequestException("Invalid date specified: " + start)
	}
	to, err := time.Parse(time.DateOnly, end)
	if err != nil {
		return nil, agw.BadRequestException("Invalid date specified: " + end)
	}
	switch n := int(to.Sub(from).Hours() / 24); {
	case n < 0:
		return nil, agw.BadRequestException("Usage plan usage start date must be before the end date")
	case n >= maxUsageDays:
		return nil, agw.BadRequestException("Usage plan usage can be asked for 90 days at most")
	}
	var days []time.Time
	for day := from; !day.After(to); day = day.AddDate(0, 0, 1) {
		days = append(days, day)
	}
	return days, nil
}
