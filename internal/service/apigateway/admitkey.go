package apigateway

import (
	"context"
	"net/http"
	"slices"
	"strings"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// keyed is the API key that a call was made with, and the usage plan that the
// key has for the stage; nil where the key opens it by itself.
type keyed struct {
	key  *agw.ApiKey
	plan *agw.UsagePlan
}

// admitKey admits whoever has an API key for the stage, as fast and as often as
// the key's usage plan says. Where the key is to be found, the API says: in a
// header, or with its authorizer.
func (s *Service) admitKey(x *exchange) error {
	if !deref(x.method.ApiKeyRequired) {
		return nil
	}
	value := x.request.Header.Get("X-Api-Key")
	if x.deployed.apiKeySource == "AUTHORIZER" {
		value = ""
		if x.authorized != nil {
			value = x.authorized.UsageKey
		}
	}
	k, err := s.keyFor(x.request.Context(), x, value)
	if err != nil {
		return err
	}
	if k == nil {
		return invalidKey()
	}
	x.keyed = k
	if !s.takeFromPlan(x) {
		return throttled()
	}
	return s.countQuota(x)
}

// keyFor finds the key with that value if it opens the stage, and else nil.
func (s *Service) keyFor(ctx context.Context, x *exchange, value string) (*keyed, error) {
	if value == "" {
		return nil, nil
	}
	return view(ctx, s, func(r kv.Reader) (*keyed, error) {
		id, err := r.Get(keyValues.key(x.call, value))
		if err != nil {
			return nil, orElse(err, nil)
		}
		k, err := load[keyRecord](r, apiKeys.key(x.call, string(id)))
		if err != nil || !deref(k.Key.Enabled) {
			return nil, orElse(err, nil)
		}
		for _, plan := range k.Plans {
			p, err := load[planRecord](r, usagePlans.key(x.call, plan))
			if orElse(err, nil) != nil {
				return nil, err
			}
			if err == nil && stageOf(&p.Plan, x.deployed.apiID, x.deployed.stage) != nil {
				return &keyed{&k.Key, &p.Plan}, nil
			}
		}
		if slices.Contains(k.Key.StageKeys, x.deployed.apiID+"/"+x.deployed.stage) {
			return &keyed{key: &k.Key}, nil
		}
		return nil, nil
	})
}

// takeFromPlan reports whether the plan lets the key call now: the method, if
// it has limits for it, and else the stages together.
func (s *Service) takeFromPlan(x *exchange) bool {
	plan := x.keyed.plan
	if plan == nil {
		return true
	}
	name := "plan " + *plan.Id + " " + *x.keyed.key.Id
	limits := plan.Throttle
	st := stageOf(plan, x.deployed.apiID, x.deployed.stage)
	for _, httpMethod := range []string{x.request.Method, deref(x.method.HttpMethod)} {
		method := throttledMethod(x.route.path + "/" + httpMethod)
		if t, found := st.Throttle[method]; found {
			limits, name = &t, name+" "+x.deployed.apiID+" "+x.deployed.stage+" "+method
			break
		}
	}
	return limits == nil || s.take(name, limits.RateLimit, limits.BurstLimit)
}

// takeFromStage reports whether the stage lets the method be called now.
func (s *Service) takeFromStage(x *exchange) bool {
	setting, found := x.deployed.settingFor(x.route.path, x.request.Method, deref(x.method.HttpMethod))
	if !found {
		return true
	}
	return s.take(strings.Join([]string{"stage", x.deployed.apiID, x.deployed.stage, x.route.path, deref(x.method.HttpMethod)}, " "),
		setting.ThrottlingRateLimit, setting.ThrottlingBurstLimit)
}

// take takes a token where there are limits; a limit that is nil or negative is
// none.
func (s *Service) take(name string, rate *float64, burst *int64) bool {
	switch {
	case rate == nil && burst == nil, rate != nil && *rate < 0, burst != nil && *burst < 0:
		return true
	case rate == nil:
		return *burst > 0 // it fills at once
	case burst == nil:
		return s.buckets.take(name, *rate, max(*rate, 1), s.clock.Now())
	}
	return s.buckets.take(name, *rate, float64(*burst), s.clock.Now())
}

// invalidKey answers a call without an API key that opens the stage.
func invalidKey() *refusal {
	return &refusal{kind: "INVALID_API_KEY", status: http.StatusForbidden, errorType: "ForbiddenException", message: "Forbidden", early: true}
}

// throttled answers a call that comes too fast.
func throttled() *refusal {
	return &refusal{kind: "THROTTLED", status: http.StatusTooManyRequests, errorType: "TooManyRequestsException", message: "Too Many Requests", early: true}
}

// quotaExceeded answers a call that comes once too often.
func quotaExceeded() *refusal {
	return &refusal{kind: "QUOTA_EXCEEDED", status: http.StatusTooManyRequests, errorType: "LimitExceededException", message: "Limit Exceeded", early: true}
}
