package apigateway

import (
	"time"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// quotaRecord is how much of a plan's quota a key has used in a period.
type quotaRecord struct {
	Form   int
	Period string // the day on which it began, such as "2026-01-31"
	Used   int64
	Extra  int64 `json:",omitempty"` // what UpdateUsage has granted beyond the limit
}

// usageRecord is how much was used on one day, and what was left after it.
type usageRecord struct {
	Form            int
	Used, Remaining int64
}

// periodOf returns the day on which the period of a quota began that now is in.
// The offset is in days: from the Sunday of a week, from the first of a month.
func periodOf(q *agw.QuotaSettings, now time.Time) string {
	day := now.UTC().Truncate(24 * time.Hour)
	offset := int(deref(q.Offset))
	switch q.Period {
	case "WEEK":
		since := (int(day.Weekday()) - offset + 7) % 7
		day = day.AddDate(0, 0, -since)
	case "MONTH":
		first := time.Date(day.Year(), day.Month(), 1+offset, 0, 0, 0, 0, time.UTC)
		if first.After(day) {
			first = time.Date(day.Year(), day.Month()-1, 1+offset, 0, 0, 0, 0, time.UTC)
		}
		day = first
	}
	return day.Format(time.DateOnly)
}

// remaining is what is left of a quota; never less than nothing.
func (r *quotaRecord) remaining(q *agw.QuotaSettings) int64 {
	return max(deref(q.Limit)+r.Extra-r.Used, 0)
}

// readQuota reads what a key has used in the period that now is in.
func readQuota(r kv.Reader, call *api.Call, plan *agw.UsagePlan, key string, now time.Time) (*quotaRecord, error) {
	period := periodOf(plan.Quota, now)
	kept, err := load[quotaRecord](r, quotas.key(call, *plan.Id, key))
	if orElse(err, nil) != nil {
		return nil, err
	}
	if err != nil || kept.Period != period {
		return &quotaRecord{Form: form, Period: period}, nil
	}
	return kept, nil
}

// countQuota counts the call on the quota of its key, if there is one. The
// count is on disk before the call goes on.
func (s *Service) countQuota(x *exchange) error {
	plan, key := x.keyed.plan, *x.keyed.key.Id
	if plan == nil || plan.Quota == nil {
		return nil
	}
	now := s.clock.Now()
	claims := kv.Claims{Write: [][]byte{quotas.key(x.call, *plan.Id, key)}}
	return s.store.Update(x.request.Context(), claims, func(tx kv.Tx) error {
		q, err := readQuota(tx, x.call, plan, key, now)
		if err != nil {
			return err
		}
		if q.remaining(plan.Quota) == 0 {
			return quotaExceeded()
		}
		q.Used++
		return saveUsage(tx, x.call, plan, key, q, 1, now)
	})
}

// saveUsage writes what a key has used, and adds to the day.
func saveUsage(tx kv.Tx, call *api.Call, plan *agw.UsagePlan, key string, q *quotaRecord, more int64, now time.Time) error {
	day := usages.key(call, *plan.Id, key, now.UTC().Format(time.DateOnly))
	u, err := load[usageRecord](tx, day)
	if orElse(err, nil) != nil {
		return err
	}
	if err != nil {
		u = &usageRecord{Form: form}
	}
	u.Used, u.Remaining = u.Used+more, q.remaining(plan.Quota)
	if err := save(tx, quotas.key(call, *plan.Id, key), q); err != nil {
		return err
	}
	return save(tx, day, u)
}
