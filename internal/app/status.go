package app

import (
	"context"
	"time"

	"cloudless/internal/client"
	"cloudless/internal/sandbox"
	"cloudless/internal/service/apigateway"
)

// status is what the server tells of itself.
func status(cfg Config, sandboxes *sandbox.Manager, gateway *apigateway.Service) client.Status {
	s := sandboxes.Status()
	out := client.Status{
		Status: "ready", Version: cfg.Version, Data: cfg.DataDir,
		Functions: client.Functions{Driver: s.Driver, Isolated: s.Isolated, Environments: []client.FunctionEnvironment{}, Waiting: []client.WaitingEnvironments{}},
		APIs:      apis(cfg, gateway),
	}
	for _, e := range s.Environments {
		state := string(e.State)
		if e.Frozen {
			state = "frozen"
		}
		out.Functions.Environments = append(out.Functions.Environments, client.FunctionEnvironment{
			Function: e.Function, Version: e.Version, Runtime: e.Runtime, Runs: e.Runs, State: state,
			Invocations: e.Invocations, MemoryMB: e.MemoryMB, UsedMB: e.UsedMB, Started: e.Started.Truncate(time.Millisecond),
		})
	}
	for _, w := range s.Spares {
		out.Functions.Waiting = append(out.Functions.Waiting, client.WaitingEnvironments{
			Runtime: w.Runtime, MemoryMB: w.MemoryMB, TmpMB: w.TmpMB, Ready: w.Waiting, Making: w.Making,
		})
	}
	return out
}

// apis is what was counted of the calls of deployed APIs.
func apis(cfg Config, gateway *apigateway.Service) []client.API {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	out := []client.API{}
	all, err := gateway.Metrics(ctx)
	if err != nil {
		cfg.Log.Warn("what was counted of APIs cannot be told", "err", err)
	}
	for _, m := range all {
		out = append(out, client.API{
			Account: m.Account, Region: m.Region, APIID: m.APIID, APIName: m.APIName, Stage: m.Stage, Method: m.Method, Resource: m.Resource,
			Count: m.Count, ClientErrors: m.ClientErrors, ServerErrors: m.ServerErrors, CacheHitCount: m.CacheHitCount, CacheMissCount: m.CacheMissCount,
			Latency: latency(m.Latency), IntegrationLatency: latency(m.IntegrationLatency),
		})
	}
	return out
}

func latency(s apigateway.Statistic) client.Latency {
	out := client.Latency{SampleCount: s.SampleCount, Minimum: s.Minimum, Maximum: s.Maximum}
	if s.SampleCount > 0 {
		out.Average = float64(s.Sum) / float64(s.SampleCount)
	}
	return out
}
