package app

import (
	"time"

	"cloudless/internal/client"
	"cloudless/internal/sandbox"
)

// status is what the server tells of itself.
func status(cfg Config, sandboxes *sandbox.Manager) client.Status {
	s := sandboxes.Status()
	out := client.Status{
		Status: "ready", Version: cfg.Version, Data: cfg.DataDir,
		Functions: client.Functions{Driver: s.Driver, Isolated: s.Isolated, Environments: []client.FunctionEnvironment{}},
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
	return out
}
