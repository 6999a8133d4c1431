package runtimeapi

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"
)

// MaxExtensions is how many there may be, external and internal ones together.
const MaxExtensions = 10

// Extension is a companion of the runtime that has registered.
type Extension struct {
	Name     string
	Internal bool     // part of the runtime's process
	Events   []string // INVOKE, SHUTDOWN: those it wants to hear of
}

// extension is one of them at work. All of it is guarded by state.mu.
type extension struct {
	Extension
	id     string
	rests  bool // it asks for an event, and has none
	failed bool
	// subscribedTo is "Telemetry" or "Logs", or "" if it has not subscribed.
	subscribedTo string
	events       chan *extensionEvent // holds every event that can come before it asks
}

// extensionEvent is what an extension is told, as Lambda writes it.
type extensionEvent struct {
	EventType          string   `json:"eventType"`
	DeadlineMs         int64    `json:"deadlineMs"`
	RequestID          string   `json:"requestId,omitempty"`
	InvokedFunctionARN string   `json:"invokedFunctionArn,omitempty"`
	Tracing            *tracing `json:"tracing,omitempty"`
	ShutdownReason     string   `json:"shutdownReason,omitempty"`
}

type tracing struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// refusal is an answer to an extension that did what it may not do.
type refusal struct {
	status             int
	errorType, message string
}

func (r *refusal) Error() string { return r.errorType + ": " + r.message }

// FunctionInfo is what an extension learns when it registers.
type FunctionInfo struct{ Name, Version, Handler, Account string }

// Expect says which external extensions are about to be started, and for which
// function. The runtime is ready when all of them are.
func (s *Server) Expect(fn FunctionInfo, names []string) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	s.state.function, s.state.expected = fn, names
	s.state.settleLocked()
}

// Registered is closed when all external extensions have registered.
func (s *Server) Registered() <-chan struct{} { return s.state.registered }

// Breakage is how an extension failed.
type Breakage struct {
	Type   string // of Lambda's: Extension.Crash, Extension.InitError, Extension.ExitError
	Detail string // what the extension said, or how its process ended
}

// Broken receives the first failure of an extension.
func (s *Server) Broken() <-chan Breakage { return s.state.broken }

// Extensions are those that have registered.
func (s *Server) Extensions() []Extension {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	var list []Extension
	for _, x := range s.state.extensions {
		list = append(list, x.Extension)
	}
	return list
}

// Shutdown tells the extensions that want to hear of it that the environment ends.
func (s *Server) Shutdown(reason string, deadline time.Time) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	for _, x := range s.state.extensions {
		x.tellLocked("SHUTDOWN", &extensionEvent{EventType: "SHUTDOWN", ShutdownReason: reason, DeadlineMs: deadline.UnixMilli()})
	}
}

// Gone says that the process of an external extension has ended, and how.
func (s *Server) Gone(name, how string) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	if i := slices.IndexFunc(s.state.extensions, func(x *extension) bool { return x.Name == name }); i >= 0 {
		s.state.extensions[i].failed = true
	}
	s.state.breakLocked(Breakage{"Extension.Crash", how})
}

func (s *state) breakLocked(b Breakage) {
	select {
	case s.broken <- b:
	default: // it is broken already
	}
}

// tellLocked gives an extension an event, if it wants to hear of it.
func (x *extension) tellLocked(kind string, e *extensionEvent) {
	if !slices.Contains(x.Events, kind) || x.failed {
		return
	}
	select {
	case x.events <- e:
		x.rests = false
	default: // it did not take the one before, and will get no further
	}
}

// announceLocked tells the extensions of an event for the function.
func (s *state) announceLocked(inv *Invocation) {
	e := &extensionEvent{
		EventType: "INVOKE", DeadlineMs: inv.Deadline.UnixMilli(), RequestID: inv.RequestID,
		InvokedFunctionARN: inv.InvokedFunctionARN, Tracing: &tracing{"X-Amzn-Trace-Id", inv.TraceID},
	}
	for _, x := range s.extensions {
		x.tellLocked("INVOKE", e)
	}
}

// settleLocked finds out what has come to an end: the registration, the start,
// the invocation.
func (s *state) settleLocked() {
	external := 0
	rest := true
	for _, x := range s.extensions {
		if !x.Internal {
			external++
		}
		rest = rest && x.rests
	}
	all := s.expected != nil && external == len(s.expected)
	if all && !s.complete {
		s.complete = true
		close(s.registered)
	}
	if s.asker != nil && rest && !s.isReady && (all || len(s.expected) == 0) {
		s.isReady = true
		close(s.ready)
	}
	if s.resting != nil && rest {
		close(s.resting.rested)
		s.resting = nil
	}
}

// register makes a new extension.
func (s *state) register(name string, events []string) (*extension, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	internal := !slices.Contains(s.expected, name)
	for _, e := range events {
		if e != "INVOKE" && (e != "SHUTDOWN" || internal) {
			return nil, &refusal{403, "Extension.InvalidEventType", e + ": invalid event type"}
		}
	}
	switch {
	case s.started || s.failed:
		return nil, &refusal{403, "Extension.RegistrationClosed", "Extension registration closed already"}
	case slices.ContainsFunc(s.extensions, func(x *extension) bool { return x.Name == name }):
		return nil, &refusal{403, "Extension.InvalidExtensionState", "Extension with this name already registered"}
	case len(s.extensions) >= MaxExtensions:
		return nil, &refusal{403, "Extension.TooManyExtensions", fmt.Sprintf("Extension limit (%d) reached", MaxExtensions)}
	}
	x := &extension{
		Extension: Extension{Name: name, Internal: internal, Events: events}, id: newID(), events: make(chan *extensionEvent, 2),
	}
	s.extensions = append(s.extensions, x)
	s.settleLocked()
	return x, nil
}

// newID makes the identifier of an extension: other processes must not guess it.
func newID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// extensionLocked finds who asks.
func (s *state) extensionLocked(id string) (*extension, error) {
	if id == "" {
		return nil, &refusal{403, "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header"}
	}
	for _, x := range s.extensions {
		if x.id == id {
			return x, nil
		}
	}
	if len(id) != len("00000000-0000-0000-0000-000000000000") {
		return nil, &refusal{403, "Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier"}
	}
	return nil, &refusal{403, "Extension.UnknownExtensionIdentifier", "Unknown extension " + id}
}

// nextFor waits for an event on behalf of an extension.
func (s *state) nextFor(ctx context.Context, id string) (*extensionEvent, error) {
	s.mu.Lock()
	x, err := s.extensionLocked(id)
	if err == nil && (x.rests || x.failed) {
		err = &refusal{403, "Extension.InvalidExtensionState", "State transition is not allowed for extension " + x.id}
	}
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	if len(x.events) == 0 {
		x.rests = true
		s.settleLocked()
	}
	s.mu.Unlock()
	select {
	case e := <-x.events:
		return e, nil
	case <-ctx.Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		x.rests = false
		return nil, ctx.Err()
	}
}

// failExtension takes an extension's word that it cannot go on.
func (s *state) failExtension(id string, b Breakage) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	x, err := s.extensionLocked(id)
	if err != nil {
		return err
	}
	if x.failed {
		return &refusal{403, "Extension.InvalidExtensionState", "State transition is not allowed for extension " + x.id}
	}
	x.failed = true
	s.breakLocked(b)
	return nil
}
