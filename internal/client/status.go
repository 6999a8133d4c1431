package client

import "time"

// Status is what a running server tells of itself, at /_cloudless/health.
type Status struct {
	Status    string    `json:"status"` // "ready"
	Version   string    `json:"version"`
	Data      string    `json:"data"` // the data directory
	Functions Functions `json:"functions"`
	APIs      []API     `json:"apis"`
}

// API is what was counted of the calls of a deployed API since the server
// started, by the names that CloudWatch has for it: of a stage, or of one method
// of it where detailed metrics are enabled.
type API struct {
	Account            string  `json:"account"`
	Region             string  `json:"region"`
	APIID              string  `json:"apiId"`
	APIName            string  `json:"apiName"`
	Stage              string  `json:"stage"`
	Method             string  `json:"method,omitempty"`
	Resource           string  `json:"resource,omitempty"`
	Count              int64   `json:"count"`
	ClientErrors       int64   `json:"4xxError"`
	ServerErrors       int64   `json:"5xxError"`
	CacheHitCount      int64   `json:"cacheHitCount"`
	CacheMissCount     int64   `json:"cacheMissCount"`
	Latency            Latency `json:"latency"`
	IntegrationLatency Latency `json:"integrationLatency"`
}

// Latency tells of times, in milliseconds.
type Latency struct {
	SampleCount int64   `json:"sampleCount"`
	Average     float64 `json:"average"`
	Minimum     int64   `json:"minimum"`
	Maximum     int64   `json:"maximum"`
}

// Functions is what runs functions, and what it runs.
type Functions struct {
	Driver       string                `json:"driver"`
	Isolated     bool                  `json:"isolated"`
	Environments []FunctionEnvironment `json:"environments"`
	Waiting      []WaitingEnvironments `json:"waiting"`
}

// WaitingEnvironments are those of one kind that wait for a function to come.
type WaitingEnvironments struct {
	Runtime  string `json:"runtime"`
	MemoryMB int    `json:"memoryMB"` // that the function may use
	TmpMB    int    `json:"tmpMB"`    // the size of its /tmp
	Ready    int    `json:"ready"`    // that can be taken
	Making   int    `json:"making"`   // that are being made
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
