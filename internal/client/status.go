package client

import "time"

// Status is what a running server tells of itself, at /_cloudless/health.
type Status struct {
	Status    string    `json:"status"` // "ready"
	Version   string    `json:"version"`
	Data      string    `json:"data"` // the data directory
	Functions Functions `json:"functions"`
}

// Functions is what runs functions, and what it runs.
type Functions struct {
	Driver       string                `json:"driver"`
	Isolated     bool                  `json:"isolated"`
	Environments []FunctionEnvironment `json:"environments"`
}

// FunctionEnvironment is one environment of a function.
type FunctionEnvironment struct {
	Function    string    `json:"function"`
	Version     string    `json:"version"`
	Runtime     string    `json:"runtime"` // what was asked for
	Runs        string    `json:"runs"`    // what runs
	State       string    `json:"state"`
	Invocations int64     `json:"invocations"`
	MemoryMB    int       `json:"memoryMB"` // that it may use
	UsedMB      int       `json:"usedMB"`   // the most it has used
	Started     time.Time `json:"started"`
}
