package apigateway

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"sync"

	"cloudless/internal/storage/kv"
)

// Metric is what was counted of the calls of one kind since the server started,
// by the names that CloudWatch has for it. Method and Resource are empty for all
// calls of a stage; the calls of a canary are those of its stage too.
type Metric struct {
	Account, Region string
	APIID           string
	APIName         string // the dimension ApiName
	Stage           string // such as "prod", or "prod/Canary"
	Method          string // of detailed metrics: such as "GET", or "ANY"
	Resource        string // of detailed metrics: such as "/pets/{id}"

	Count              int64
	ClientErrors       int64 // 4XXError
	ServerErrors       int64 // 5XXError
	CacheHitCount      int64
	CacheMissCount     int64
	Latency            Statistic
	IntegrationLatency Statistic
}

// Statistic is what is known of a number of times, in milliseconds.
type Statistic struct{ SampleCount, Sum, Minimum, Maximum int64 }

func (s *Statistic) add(millis int64) {
	if s.SampleCount == 0 || millis < s.Minimum {
		s.Minimum = millis
	}
	s.Maximum = max(s.Maximum, millis)
	s.SampleCount++
	s.Sum += millis
}

// maxSeries bounds how many kinds of calls are counted: what would be one more
// is not. Methods may have half of them, so that there is room for stages.
const maxSeries = 10_000

// metrics counts calls, in the memory of this node.
type metrics struct {
	mu     sync.Mutex
	series map[seriesName]*series // guarded by mu
}

// seriesName is a kind of calls.
type seriesName struct{ account, region, apiID, stage, method, resource string }

// series counts the calls of one kind.
type series struct {
	mu sync.Mutex
	Metric
}

// of returns the series of that name, or nil where there is no room for it.
func (m *metrics) of(name seriesName) *series {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.series[name]
	room := maxSeries
	if name.method != "" {
		room /= 2
	}
	if s != nil || len(m.series) >= room {
		return s
	}
	if m.series == nil {
		m.series = map[seriesName]*series{}
	}
	s = &series{Metric: Metric{Account: name.account, Region: name.region, APIID: name.apiID, Stage: name.stage, Method: name.method, Resource: name.resource}}
	m.series[name] = s
	return s
}

// forget forgets what was counted of an API, or of one stage of it.
func (m *metrics) forget(apiID, stage string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name := range m.series {
		if name.apiID == apiID && (stage == "" || name.stage == stage || name.stage == stage+"/Canary") {
			delete(m.series, name)
		}
	}
}

// count counts a call.
func (s *series) count(x *exchange) {
	if s == nil {
		return
	}
	latency := x.since(x.call.Start)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Count++
	switch status := x.written.status; {
	case status >= http.StatusInternalServerError:
		s.ServerErrors++
	case status >= http.StatusBadRequest:
		s.ClientErrors++
	}
	switch x.cache {
	case cacheHit:
		s.CacheHitCount++
	case cacheMissed:
		s.CacheMissCount++
	}
	s.Latency.add(latency)
	if x.integrated.status != 0 {
		s.IntegrationLatency.add(x.integrated.latency)
	}
}

// countCall counts a call of a stage: for the stage, and for the method where
// that is wanted.
func (s *Service) countCall(x *exchange) {
	detailed := false
	if x.method != nil {
		setting, _ := x.deployed.settingFor(x.route.path, x.request.Method, deref(x.method.HttpMethod))
		detailed = deref(setting.MetricsEnabled)
	}
	for _, one := range x.deployed.series {
		one.count(x)
		if !detailed || one == nil {
			continue
		}
		s.metrics.of(seriesName{account: one.Account, region: one.Region, apiID: one.APIID, stage: one.Stage,
			method: deref(x.method.HttpMethod), resource: x.route.path}).count(x)
	}
}

// seriesOf returns the series of a stage, or of its canary, which is counted
// twice.
func (s *Service) seriesOf(d *deployed) []*series {
	name := seriesName{account: d.account, region: d.region, apiID: d.apiID, stage: d.stage}
	all := []*series{s.metrics.of(name)}
	if d.isCanary {
		name.stage += "/Canary"
		all = append(all, s.metrics.of(name))
	}
	return all
}

// Metrics returns what was counted of the calls of deployed APIs, of all
// accounts, ordered by their names.
func (s *Service) Metrics(ctx context.Context) ([]Metric, error) {
	s.metrics.mu.Lock()
	all := make([]*series, 0, len(s.metrics.series))
	for _, one := range s.metrics.series {
		all = append(all, one)
	}
	s.metrics.mu.Unlock()
	names := map[string]string{}
	err := s.store.View(ctx, func(r kv.Reader) error {
		for _, one := range all {
			if _, known := names[one.APIID]; known {
				continue
			}
			a, err := load[restAPI](r, apiKey(one.APIID))
			if orElse(err, nil) != nil {
				return err
			}
			if err == nil {
				names[one.APIID] = deref(a.API.Name)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := make([]Metric, 0, len(all))
	for _, one := range all {
		name, there := names[one.APIID]
		if !there {
			continue // the API was deleted by another node
		}
		one.mu.Lock()
		m := one.Metric
		one.mu.Unlock()
		m.APIName = name
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b Metric) int {
		return cmp.Or(cmp.Compare(a.APIName, b.APIName), cmp.Compare(a.APIID, b.APIID), cmp.Compare(a.Stage, b.Stage), cmp.Compare(a.Resource, b.Resource), cmp.Compare(a.Method, b.Method))
	})
	return out, nil
}
