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

// invoke gives an environment one event, its first or another one, and returns what
// is answered. After that the environment may still be at work: rested is nil if it
// has ended, and otherwise closed when it is ready for another event.
func (m *Manager) invoke(e *environment, inv *Invocation, first bool) (result Result, rested <-chan struct{}) {
	start := m.cfg.Clock.Now()
	deadline := start.Add(e.fn.Timeout)
	timeout := m.cfg.Clock.After(e.fn.Timeout)
	e.out.begin()
	e.out.platform(startLine(inv.RequestID, e.fn.Version))
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
	call := e.api.Invoke(event)
	era := e.program.Runtime.Era

	var failed *failure
	select {
	case o := <-call.Outcome:
		failed = answered(o)
		result.Payload = o.Payload
		rested = call.Rested
	case <-timeout:
		e.stop("timeout")
		failed = new(timedOut(era, inv.RequestID, m.cfg.Clock.Now(), e.fn.Timeout))
	case b := <-e.api.Broken():
		e.stop("failure")
		failed = new(brokenExtension(era, inv.RequestID, b))
	case <-e.ended():
		e.stop("failure")
		select {
		case o := <-call.Outcome: // answered just before it ended
			failed = answered(o)
			result.Payload = o.Payload
		default:
			failed = new(exited(era, inv.RequestID, e.box.Exit()))
		}
	case <-m.ctx.Done():
		e.box.Kill()
		failed = new(exited(era, inv.RequestID, driver.Exit{Signal: killed}))
	}
	if inv.gate != nil {
		var whole []byte
		if failed == nil {
			whole = result.Payload
		}
		if result.Streamed = inv.gate.close(whole); result.Streamed {
			result.Payload = nil
		}
	}
	r := report{requestID: inv.RequestID, duration: m.cfg.Clock.Now().Sub(start)}
	if first {
		r.init, r.prepaid = e.initDuration, e.kept != nil
	}
	m.account(e, &result, r, failed)
	return result, rested
}

// account completes a result, and the log of the invocation.
func (m *Manager) account(e *environment, result *Result, r report, failed *failure) {
	r.memoryMB, r.usedMB = e.fn.MemoryMB, min(e.usedMB(), e.fn.MemoryMB)
	if failed != nil {
		result.FunctionError = unhandled
		result.ErrorType = failed.errorType
		result.Payload = failed.payload
		r.status = failed.status
		if failed.logLine != "" {
			e.out.platform(failed.logLine)
		}
	}
	e.out.platform(endLine(r.requestID))
	e.out.platform(r.String())
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
	e.out.platform(startLine(inv.RequestID, e.fn.Version))
	var result Result
	m.account(e, &result, r, &failed)
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
func (m *Manager) rest(e *environment, rested <-chan struct{}, left time.Duration) bool {
	if rested == nil {
		return false
	}
	select {
	case <-rested: // the usual case: answer and next question come in one write
		return true
	default:
	}
	select {
	case <-rested:
		return true
	case <-e.ended():
		e.stop("failure")
	case <-e.api.Broken():
		e.stop("failure")
	case <-m.cfg.Clock.After(left):
		e.stop("timeout")
	case <-m.ctx.Done():
	}
	return false
}
