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

// invoke gives an environment one event, its first or another one, and returns what
// is answered. After that the environment may still be at work, which rest waits for.
func (m *Manager) invoke(e *environment, inv *Invocation, first bool) (result Result, end ending) {
	end.done = done{requestID: inv.RequestID, start: m.cfg.Clock.Now(), status: statusSuccess}
	deadline := end.done.start.Add(e.fn.Timeout)
	timeout := m.cfg.Clock.After(e.fn.Timeout)
	e.out.begin()
	if e.out.isPlain() {
		e.out.add(startLine(inv.RequestID, e.fn.Version))
	} else {
		e.out.platform(startEvent(e.fn, inv))
	}
	event := &runtimeapi.Invocation{
		RequestID:          inv.RequestID,
		Deadline:           deadline,
		InvokedFunctionARN: inv.InvokedFunctionARN,
		TraceID:            inv.TraceID,
		ClientContext:      inv.ClientContext,
		CognitoIdentity:    inv.CognitoIdentity,
		Payload:            inv.Payload,
	}
	if inv.gate != nil {
		event.Stream = inv.gate
	}
	end.call = e.api.Invoke(event)
	var failed *failure
	if failed, end.goes = m.awaitAnswer(e, inv, &end, &result, timeout); failed != nil {
		end.done.status, end.done.errorType = failed.told()
	}
	now := m.cfg.Clock.Now()
	if !end.goes {
		end.done.begun, end.done.answered, end.done.bytes = now, now, len(result.Payload)
	}
	if inv.gate != nil {
		var whole []byte
		if failed == nil {
			whole = result.Payload
		}
		if result.Streamed = inv.gate.close(whole); result.Streamed {
			result.Payload = nil
			end.done.begun, end.done.bytes = inv.gate.at, int(inv.gate.passed)
		}
	}
	end.report = report{requestID: inv.RequestID, duration: now.Sub(end.done.start)}
	if first {
		end.report.init, end.report.prepaid = e.initDuration, e.kept != nil
	}
	m.account(e, &result, &end.report, failed)
	if end.goes {
		e.conclude(&end)
	}
	return result, end
}

// awaitAnswer waits until the runtime has answered, or never will: then the
// environment goes.
func (m *Manager) awaitAnswer(e *environment, inv *Invocation, end *ending, result *Result, timeout <-chan time.Time) (failed *failure, goes bool) {
	era := e.program.Runtime.Era
	take := func(o runtimeapi.Outcome) *failure {
		result.Payload = o.Payload
		return answered(o)
	}
	select {
	case o := <-end.call.Outcome:
		return take(o), false
	case <-timeout:
		e.stop("timeout")
		return new(timedOut(era, inv.RequestID, m.cfg.Clock.Now(), e.fn.Timeout)), true
	case b := <-e.api.Broken():
		e.stop("failure")
		return new(brokenExtension(era, inv.RequestID, b)), true
	case <-e.ended():
		e.stop("failure")
		select {
		case o := <-end.call.Outcome: // answered just before it ended
			return take(o), true
		default:
			return new(exited(era, inv.RequestID, e.box.Exit())), true
		}
	case <-m.ctx.Done():
		e.box.Kill()
		return new(exited(era, inv.RequestID, driver.Exit{Signal: killed})), true
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
func (m *Manager) account(e *environment, result *Result, r *report, failed *failure) {
	r.memoryMB, r.usedMB, r.outcome = e.fn.MemoryMB, min(e.usedMB(), e.fn.MemoryMB), statusSuccess
	if failed != nil {
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
		e.out.add(endLine(r.requestID))
		e.out.add(r.String())
	}
	result.LogTail = e.out.end()
	result.LogStream = e.stream
	result.Duration = r.duration
	result.InitDuration = r.init
	result.BilledMs = r.billedMs()
	result.MemoryUsedMB = r.usedMB
}

// failInit answers an event whose function could not be loaded.
func (m *Manager) failInit(e *environment, inv *Invocation, f *initFailure) Result {
	r := report{requestID: inv.RequestID, duration: e.initDuration}
	if f.tookTooLong {
		r.duration = e.fn.Timeout
	}
	failed := m.initFailed(e, inv.RequestID, f)
	e.out.begin()
	e.out.platform(startEvent(e.fn, inv))
	var result Result
	m.account(e, &result, &r, &failed)
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
			failed.status = "Status: error\tError Type: " + failed.errorType
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

// rest waits until an environment that has answered is ready for another event,
// and reports whether it came to that within the time that its invocation had.
func (m *Manager) rest(e *environment, end ending, left time.Duration) bool {
	if end.goes {
		return false
	}
	select {
	case <-end.call.Rested: // the usual case: answer and next question come in one write
		e.conclude(&end)
		return true
	default:
	}
	over := m.cfg.Clock.After(left)
	runtimeDone := end.call.Done
	conclude := func() {
		if runtimeDone != nil {
			runtimeDone = nil
			e.conclude(&end)
		}
	}
	defer func() { conclude() }()
	for {
		select {
		case <-runtimeDone: // extensions may wait to hear of it
			conclude()
		case <-end.call.Rested:
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
