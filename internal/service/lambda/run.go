package lambda

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"cloudless/internal/api"
)

// target is what one invocation runs.
type target struct {
	*function
	recalled *recalled // the same with what follows from it
	id       string    // of the function as a whole
	limit    *int64    // the reservation of the function; nil if it has none
	reserved int64     // by all functions of the account in the region, or provisioned without a reservation

	provisioned int64 // executions of this very version
	kept        int64 // executions of all versions of the function that are provisioned

	tags  []api.Fact // of the function as a whole, for policies
	loops bool       // it may cause its own invocation again and again
}

// run runs one invocation to its end. If ctx ends before, the function goes on
// and keeps its slot, and nobody hears its answer.
func (s *Service) run(ctx context.Context, t target, in Invocation) (Outcome, error) {
	if len(in.Payload) == 0 {
		in.Payload = []byte("{}") // what a function gets when nothing is sent to it
	}
	release, err := s.slots.take(t)
	if err != nil {
		return Outcome{}, err
	}
	in.Over = release
	out, err := s.sandboxes.Invoke(ctx, t.recalled.environment, in)
	return out, refusal(err)
}

// refusal is what the caller is told of an error of the sandboxes.
func refusal(err error) error {
	switch {
	case errors.Is(err, ErrTooManyEnvironments):
		return throttled(reservedLimit).Because(err)
	case errors.Is(err, ErrNoCapacity):
		return throttled(accountLimit).Because(err)
	}
	return err
}

// fingerprint differs for versions that differ in what can be configured.
func (f *function) fingerprint() string { return fingerprint(f.build) }

// environmentID changes with everything that an environment is made of, and
// with nothing else, so that a changed policy, tag or description leaves the
// warm ones be.
func (f *function) environmentID() string {
	inside := *f.running()
	inside.Settings.Description, inside.Settings.TracingMode = "", ""
	return f.versionARN() + "@" + fingerprint(inside)
}

func fingerprint(b build) string {
	text, err := json.Marshal(b)
	if err != nil {
		panic(err) // builds are plain values
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// environment is what invocations of a function run in.
func (s *Service) environment(f *function) Environment { return s.environmentOf(f, f.running()) }

func (s *Service) environmentOf(f *function, b *build) Environment {
	st := &b.Settings
	var layers []Archive
	for _, l := range b.Layers {
		layers = append(layers, Archive{SHA256: l.Code.SHA256, Open: s.openCode(l.Code)})
	}
	return Environment{
		ID: f.environmentID(), FunctionName: f.Name, Version: f.version(), ARN: f.arn(), Account: f.Account, Region: f.Region,
		Runtime: st.Runtime, Handler: st.Handler, RoleARN: st.Role, MemoryMB: st.MemoryMB, TmpMB: st.TmpMB,
		Timeout: time.Duration(st.TimeoutS) * time.Second, Variables: st.Variables, LogGroup: st.LogGroup,
		LogFormat: st.LogFormat, ApplicationLogLevel: st.ApplicationLogLevel, SystemLogLevel: st.SystemLogLevel,
		CodeSHA256: b.Code.SHA256, Code: s.openCode(b.Code), Layers: layers,
		Credentials: func(ctx context.Context) (api.Key, error) {
			return s.roles.FunctionCredentials(ctx, st.Role, f.Name, f.arn())
		},
	}
}

// Source is an AWS service that invokes a function for somebody's resource.
type Source struct {
	Service   string // "apigateway.amazonaws.com"
	ARN       string // of the resource, such as the method of an API
	Account   string // that owns it
	RequestID string
	Later     bool   // nobody waits for the answer
	TraceID   string // of the trace that the invocation is part of, as in the header X-Amzn-Trace-Id; "" for none
}

// InvokeFor runs a function for another AWS service, or accepts the payload for
// later, if the function's policy lets that service do so for that resource.
// functionARN may have a qualifier.
func (s *Service) InvokeFor(ctx context.Context, from Source, functionARN string, payload []byte) (Outcome, error) {
	call := &api.Call{
		Account: from.Account, RequestID: from.RequestID, Start: s.clock.Now(), Service: from.Service,
		Principal: api.Principal{Type: api.PrincipalService, ID: from.Service, ARN: from.Service},
	}
	n, err := parseName(&api.Call{Account: from.Account, Region: regionOf(functionARN)}, functionARN, nil)
	if err != nil {
		return Outcome{}, err
	}
	call.Region = n.region
	limit := maxPayloadBytes
	if from.Later {
		limit = maxEventBytes
	}
	if err := checkPayload(payload, limit); err != nil {
		return Outcome{}, err
	}
	t, err := s.invocable(ctx, call, n, api.Given("aws:SourceArn", from.ARN), api.Given("aws:SourceAccount", from.Account))
	if err != nil {
		return Outcome{}, err
	}
	in := Invocation{RequestID: from.RequestID, Payload: payload, ARN: n.qualifiedARN(), TraceID: s.traceOf(from.TraceID, t).String()}
	if from.Later {
		return Outcome{}, s.queue(ctx, n, in)
	}
	in.TraceID = s.traceOf(in.TraceID, t).at(t).String()
	return s.run(ctx, t, in)
}
