package sandbox

import (
	"syscall"
	"time"

	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/runtime"
	"cloudless/internal/sandbox/runtimeapi"
)

// killed is how what we end ourselves ends.
const killed = syscall.SIGKILL

// term is how it is asked to end before.
const term = syscall.SIGTERM

// unhandled is what Lambda calls every error of a function today.
const unhandled = "Unhandled"

// ending is what is left of an invocation once its caller has the answer.
type ending struct {
	call   runtimeapi.Call // of a runtime that has answered
	goes   bool            // the environment has to end
	done   done
	report report
}

// call is an event that an environment has been given.
type call struct {
	e       *environment
	inv     *Invocation
	first   bool // it is the environment's first
	timeout <-chan time.Time
	end     ending
	result  Result
}

// begin gives an environment one event, its first or another one.
func (m *Manager) begin(e *environment, inv *Invocation, first bool) *call {
	c := &call{e: e, inv: inv, first: first}
	now := m.cfg.Clock.Now()
	c.end.done = done{requestID: inv.RequestID, start: now, status: statusSuccess}
	goesOn := first && e.again
	if goesOn {
		c.end.done.start = e.started
	}
	c.timeout = m.cfg.Clock.After(e.fn.Timeout - now.Sub(c.end.done.start))
	if e.out.isPlain() {
		e.out.begin(startLine(inv.RequestID, e.fn.Version), goesOn)
	} else {
		e.out.begin("", goesOn)
		e.out.platform(startEvent(e.fn, inv))
	}
	event := &runtimeapi.Invocation{
		RequestID:          inv.RequestID,
		Deadline:           c.end.done.start.Add(e.fn.Timeout),
		InvokedFunctionARN: inv.InvokedFunctionARN,
		TraceID:            inv.TraceID,
		ClientContext:      inv.ClientContext,
		CognitoIdentity:    inv.CognitoIdentity,
		Payload:            inv.Payload,
		Alone:              m.alone,
	}
	if inv.gate != nil {
		event.Stream = inv.gate
	}
	m.calls.Add(1)
	c.end.call = e.api.Invoke(event)
	return c
}

// alone reports whether no more than one event is worked on.
func (m *Manager) alone() bool { return m.calls.Load() <= 1 }

// await waits until the runtime has answered, or never will: then the
// environment goes. It is not over if nobody waits any longer before that.
func (m *Manager) await(c *call, nobody <-chan struct{}) (over bool) {
	e, era := c.e, c.e.program.Runtime.Era
	take := func(o runtimeapi.Outcome) *failure {
		c.result.Payload = o.Payload
		return answered(o)
	}
	var failed *failure
	select {
	case o := <-c.end.call.Outcome:
		m.account(c, take(o))
		return true
	case <-nobody:
		return false
	case <-c.timeout:
		e.stop("timeout")
		failed = new(timedOut(era, c.inv.RequestID, m.cfg.Clock.Now(), e.fn.Timeout))
	case b := <-e.api.Broken():
		e.stop("failure")
		failed = new(brokenExtension(era, c.inv.RequestID, b))
	case <-e.ended():
		e.stop("failure")
		select {
		case o := <-c.end.call.Outcome: // answered just before it ended
			failed = take(o)
		default:
			failed = new(exited(era, c.inv.RequestID, e.box.Exit()))
		}
	case <-m.ctx.Done():
		e.box.Kill()
		failed = new(exited(era, c.inv.RequestID, driver.Exit{Signal: killed}))
	}
	c.end.goes = true
	m.account(c, failed)
	return true
}

// account completes the result of an event that has been answered or never will
// be. After that the environment may still be at work, which rest waits for.
func (m *Manager) account(c *call, failed *failure) {
	m.calls.Add(-1)
	end, gate := &c.end, c.inv.gate
	if failed != nil {
		end.done.status, end.done.errorType = failed.told()
	}
	now := m.cfg.Clock.Now()
	if !end.goes {
		end.done.begun, end.done.answered, end.done.bytes = now, now, len(c.result.Payload)
	}
	if gate != nil {
		var whole []byte
		if failed == nil {
			whole = c.result.Payload
		}
		if c.result.Streamed = gate.close(whole); c.result.Streamed {
			c.result.Payload = nil
			end.done.begun, end.done.bytes = gate.at, int(gate.passed)
		}
	}
	end.report = report{requestID: c.inv.RequestID, duration: now.Sub(end.done.start)}
	if c.first && !c.e.again {
		end.report.init, end.report.prepaid = c.e.initDuration, c.e.kept != nil
	}
	c.e.account(&c.result, &end.report, failed)
	if end.goes {
		c.e.conclude(end)
	}
}

// conclude tells those who have subscribed that an invocation is over. The log has
// its report already, which must not wait for the runtime.
func (e *environment) conclude(end *ending) {
	if e.out.isPlain() {
		return
	}
	end.done.asked = e.clock.Now()
	e.out.platform(end.done.event())
	e.out.tell(endEvent(end.done.requestID))
	e.out.tell(end.report.event())
}

// account completes a result, and the log of the invocation.
func (e *environment) account(result *Result, r *report, failed *failure) {
	r.memoryMB, r.usedMB, r.outcome = e.fn.MemoryMB, min(e.usedMB(), e.fn.MemoryMB), statusSuccess
	if failed != nil {
		if failed.outOfMemory {
			r.usedMB = r.memoryMB // whatever was seen of it
		}
		r.outcome, r.errorType = failed.told()
		result.FunctionError = unhandled
		result.ErrorType = failed.errorType
		result.Payload = failed.payload
		r.status = failed.status
		if failed.logLine != "" {
			e.out.platform(faultEvent(failed.logLine))
		}
	}
	if e.out.isJSON() {
		e.out.log(r.event())
	} else {
		e.out.add(endLine(r.requestID), r.String())
	}
	result.LogTail = e.out.end()
	result.LogStream = e.stream
	result.Duration = r.duration
	result.InitDuration = r.init
	result.BilledMs = r.billedMs()
	result.MemoryUsedMB = r.usedMB
}

// failInit answers an event whose function could not be loaded. The tail of its log
// has what the start has printed: there is the reason.
func (m *Manager) failInit(e *environment, inv *Invocation, f *initFailure) Result {
	r := report{requestID: inv.RequestID, duration: e.initDuration}
	if f.tookTooLong {
		r.duration = e.fn.Timeout
	}
	failed := m.initFailed(e, inv.RequestID, f)
	e.out.platform(startEvent(e.fn, inv))
	var result Result
	e.account(&result, &r, &failed)
	return result
}

// initFailed makes a failure of a function that could not be loaded.
func (m *Manager) initFailed(e *environment, requestID string, f *initFailure) (failed failure) {
	era := e.program.Runtime.Era
	switch {
	case f.tookTooLong:
		failed = timedOut(era, requestID, m.cfg.Clock.Now(), e.fn.Timeout)
	case f.outcome != nil:
		failed = *answered(*f.outcome)
		if era == runtime.Current {
			failed.status = "Status: error\tError Type: " + reportedType(failed.errorType)
		}
	case f.extension != nil:
		failed = brokenExtension(era, requestID, *f.extension)
	case f.noStart != "":
		failed = notStarted(e.program.Runtime, requestID, f.noStart)
	default:
		failed = exited(era, requestID, f.exit)
	}
	return failed
}

// settled takes an environment back that has answered, if it is clear already
// whether it can have another event, and reports whether it is. Usually it is: our
// bootstraps ask for the next event in the request that has the answer.
func (m *Manager) settled(c *call) bool {
	if c.end.goes {
		m.give(c, false)
		return true
	}
	select {
	case <-c.end.call.Rested:
		c.e.conclude(&c.end)
		m.give(c, true)
		return true
	default:
		m.answered(c.e)
		return false
	}
}

// settle waits for that.
func (m *Manager) settle(c *call) { m.give(c, m.rest(c)) }

// rest waits until an environment that has answered is ready for another event,
// and reports whether it came to that within the time that its invocation had.
func (m *Manager) rest(c *call) bool {
	e := c.e
	over := m.cfg.Clock.After(e.fn.Timeout - c.end.report.duration)
	runtimeDone := c.end.call.Done
	conclude := func() {
		if runtimeDone != nil {
			runtimeDone = nil
			e.conclude(&c.end)
		}
	}
	defer func() { conclude() }()
	for {
		select {
		case <-runtimeDone: // extensions may wait to hear of it
			conclude()
		case <-c.end.call.Rested:
			return true
		case <-e.ended():
			e.stop("failure")
			return false
		case <-e.api.Broken():
			e.stop("failure")
			return false
		case <-over:
			e.stop("timeout")
			return false
		case <-m.ctx.Done():
			return false
		}
	}
}
