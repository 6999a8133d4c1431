package lambda

import (
	"context"
	"encoding/base64"
	"encoding/json"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// Invoke runs a function and waits for its answer, or, as an Event, accepts
// the payload for later, or, as a DryRun, only checks.
func (s *Service) Invoke(ctx context.Context, call *api.Call, in *lambdaapi.InvocationRequest) (*lambdaapi.InvocationResponse, error) {
	n, err := parseName(call, in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if in.DurableExecutionName != nil {
		return nil, awserr.Unsupported("durable executions")
	}
	limit := maxPayloadBytes
	if in.InvocationType == "Event" {
		limit = maxEventBytes
	}
	t, r, err := s.invocation(ctx, call, n, in, limit)
	if err != nil {
		return nil, err
	}
	if in.InvocationType != "Event" { // which is stopped when it comes to run
		if r.TraceID, err = s.reach(r.TraceID, t); err != nil {
			return nil, err
		}
	}
	resp := &lambdaapi.InvocationResponse{TraceId: &r.TraceID, RemappedContentLength: new("0")}
	switch in.InvocationType {
	case "DryRun":
		resp.StatusCode = new(int64(204))
	case "Event":
		r.ClientContext = "" // it is for who waits
		resp.StatusCode = new(int64(202))
		err = s.queue(ctx, n, r)
	default:
		var out Outcome
		if out, err = s.run(ctx, t, r); err == nil {
			answer(resp, t.version(), out, in.LogType == "Tail")
		}
	}
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// invocation returns what is to be run, and with what, if the caller may do so
// and has sent a payload of up to limit bytes.
func (s *Service) invocation(ctx context.Context, call *api.Call, n name, in *lambdaapi.InvocationRequest, limit int) (target, Invocation, error) {
	r := Invocation{RequestID: call.RequestID, Payload: in.Payload, ARN: n.qualifiedARN()}
	t, err := s.invocable(ctx, call, n)
	if err != nil {
		return t, r, err
	}
	r.TraceID = s.traceOf(valueOf(in.TraceId), t).String()
	if err := checkPayload(in.Payload, limit); err != nil {
		return t, r, err
	}
	if in.TenantId != nil {
		return t, r, awserr.Unsupported("tenants")
	}
	r.ClientContext, err = clientContext(in.ClientContext)
	return t, r, err
}

// invocable returns what runs when a function is invoked, if the caller may
// invoke it and it can run.
func (s *Service) invocable(ctx context.Context, call *api.Call, n name, facts ...api.Fact) (target, error) {
	t, err := s.permitted(ctx, call, n, facts...)
	if err != nil {
		return t, err
	}
	return t, checkActive(t)
}

// checkActive refuses to run a function that cannot.
func checkActive(t target) error {
	if t.State != stateActive {
		return inState(t.function)
	}
	return nil
}

// permitted returns what runs when a function is invoked, if the caller may
// invoke it. What its policy allows, it allows also to those who have no other
// right; an unknown function is a secret to those who may not invoke it.
func (s *Service) permitted(ctx context.Context, call *api.Call, n name, facts ...api.Fact) (target, error) {
	t, document, err := s.find(ctx, n)
	if awserr.Code(err) == "ResourceNotFoundException" {
		if denied := s.ask(ctx, call, "InvokeFunction", n, facts...); denied != nil {
			return t, denied
		}
		return t, err
	}
	if err != nil {
		return t, err
	}
	facts = append(facts, t.tags...)
	if document != "" {
		facts = append(facts, api.WithResourcePolicy(document))
	}
	return t, s.ask(ctx, call, "InvokeFunction", n, facts...)
}

// find returns what runs when a function is invoked, and the policy of what
// was named.
func (s *Service) find(ctx context.Context, n name) (t target, policy string, err error) {
	absent := n
	if absent.qualifier == "" {
		absent.qualifier = latest // as AWS calls what is not there
	}
	err = s.store.View(ctx, func(r kv.Reader) error {
		known, err := s.recallFunction(r, n.unqualified(), notFound(n.qualifiedARN()))
		if err != nil {
			return err
		}
		whole := known.function
		all, err := readReservations(r, n.account, n.region)
		if err != nil {
			return err
		}
		provisioned, err := all.readExecutions(r, n.account, n.region)
		if err != nil {
			return err
		}
		t = target{recalled: known, function: whole, id: whole.ID, limit: whole.Reserved, reserved: all.Reserved + provisioned.unreserved(""),
			tags: known.tags, loops: whole.RecursiveLoop == loopsAllowed}
		t.kept = provisioned.functions[n.unqualified()]
		policy = known.policy
		if n.qualifier == "" || n.qualifier == latest {
			return nil
		}
		h, err := readHolder(r, n)
		if err != nil {
			return err
		}
		policy = h.policy.document()
		version := n
		if a, ok := h.record.(*alias); ok {
			version.qualifier = a.choose(s.clock)
		}
		if t.recalled, err = s.recallFunction(r, version, notFound(version.qualifiedARN())); err != nil {
			return err
		}
		t.function, t.provisioned = t.recalled.function, provisioned.versions[version]
		return nil
	})
	if awserr.Code(err) == "ResourceNotFoundException" {
		err = notFound(absent.qualifiedARN())
	}
	return t, policy, err
}

// clientContext decodes what the client says of itself: a JSON object in
// base64.
func clientContext(given *string) (string, error) {
	if given == nil {
		return "", nil
	}
	text, err := base64.StdEncoding.DecodeString(*given)
	var object map[string]json.RawMessage
	if err != nil || json.Unmarshal(text, &object) != nil || object == nil {
		return "", lambdaapi.InvalidRequestContentException("Client context must be a valid Base64-encoded JSON object.")
	}
	return string(text), nil
}

// answer tells a caller who has waited what came of it.
func answer(resp *lambdaapi.InvocationResponse, version string, out Outcome, tail bool) {
	resp.StatusCode, resp.ExecutedVersion, resp.Payload = new(int64(200)), &version, out.Payload
	if out.FunctionError != "" {
		resp.FunctionError = new(out.FunctionError)
	}
	if tail {
		resp.LogResult = new(base64.StdEncoding.EncodeToString(out.LogTail))
	}
}
