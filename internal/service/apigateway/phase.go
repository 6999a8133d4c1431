package apigateway

import (
	"errors"
	"net/http"
	"time"

	"cloudless/internal/service/apigateway/value"
)

// phase is how one step of admitting a call went, as access logs tell it.
type phase struct {
	status  int   // that the caller would get, if this were all; 0 where the step was not taken
	latency int64 // milliseconds
	problem string
}

// ended puts down how a step went that began then.
func (x *exchange) ended(p *phase, began time.Time, err error) {
	if x.deployed.accessLog == nil {
		return
	}
	*p = phase{status: http.StatusOK, latency: x.since(began)}
	if err == nil {
		return
	}
	p.status, p.problem = http.StatusInternalServerError, "Internal server error"
	if why, ok := errors.AsType[*refusal](err); ok {
		p.status, p.problem = why.status, why.message
	}
}

// variables are "error", "latency" and "status".
func (p *phase) variables() *value.Map {
	m := value.MapOf("latency", p.latency, "status", int64(p.status))
	if p.problem != "" {
		m.Put("error", p.problem)
	}
	return m
}

// putPhases adds what access logs tell of the steps of admission. What an
// authorizer has put into its context goes before what is told of the authorizer.
func (x *exchange) putPhases(vars *value.Map) {
	if p := &x.authenticate; p.status != 0 {
		vars.Put("authenticate", p.variables())
	}
	if p := &x.authorize; p.status != 0 {
		vars.Put("authorize", p.variables())
	}
	p := &x.asked
	if p.status == 0 {
		return
	}
	m := p.variables()
	if x.askedFunction {
		m.Put("integrationLatency", p.latency)
		m.Put("requestId", x.call.RequestID)
		if p.status == http.StatusOK {
			m.Put("integrationStatus", int64(http.StatusOK))
		}
	}
	if known, ok := vars.Get("authorizer"); ok {
		if known, ok := known.(*value.Map); ok {
			for name, v := range known.All() {
				m.Put(name, v)
			}
		}
	}
	vars.Put("authorizer", m)
}
