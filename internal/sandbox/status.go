package sandbox

import (
	"cmp"
	"slices"
	"time"
)

// Status is what a manager has at the moment.
type Status struct {
	Driver       string // "namespaces" or "processes"
	Isolated     bool
	Environments []EnvironmentStatus // by function, oldest first
	Spares       []SpareStatus       // environments that wait for a function to come
}

// SpareStatus is the environments of one kind that wait.
type SpareStatus struct {
	Runtime  string
	MemoryMB int
	TmpMB    int
	Waiting  int // that can be taken
	Making   int // that are being made
}

// EnvironmentStatus is one environment.
type EnvironmentStatus struct {
	ID          string
	Function    string
	Version     string
	Runtime     string // what was asked for
	Runs        string // what runs, such as "nodejs 6.10.3"
	State       State
	Frozen      bool
	PID         int
	Started     time.Time
	Invocations int64
	MemoryMB    int // that it may use
	UsedMB      int // the most it has used
	LogStream   string
}

// Status returns what there is. Environments that are ending are not shown.
func (m *Manager) Status() Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := Status{Driver: m.cfg.Driver.Name(), Isolated: m.cfg.Driver.Isolated()}
	for _, p := range m.pools {
		for _, e := range p.all {
			s.Environments = append(s.Environments, e.statusLocked())
		}
	}
	s.Spares = m.spares.status()
	slices.SortFunc(s.Environments, func(a, b EnvironmentStatus) int {
		return cmp.Or(cmp.Compare(a.Function, b.Function), a.Started.Compare(b.Started), cmp.Compare(a.ID, b.ID))
	})
	return s
}

func (e *environment) statusLocked() EnvironmentStatus {
	s := EnvironmentStatus{
		ID: e.id, Function: e.fn.Name, Version: e.fn.Version, Runtime: e.fn.Runtime, State: e.state, Frozen: e.frozen,
		Invocations: e.invocations, MemoryMB: e.fn.MemoryMB, LogStream: e.stream,
	}
	if e.state != Starting { // while it is being made, the rest is its maker's
		s.Runs, s.PID, s.Started, s.UsedMB = e.program.Runs, e.box.PID(), e.started, e.usedMB()
	}
	return s
}
