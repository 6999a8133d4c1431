package lambda

import (
	"context"
	"time"

	"cloudless/internal/api"
)

// run runs one invocation to its end.
func (s *Service) run(ctx context.Context, f *function, in Invocation) (Outcome, error) {
	return s.sandboxes.Invoke(ctx, s.environment(f), in)
}

// environmentID changes with everything that an environment is made of, and
// with nothing else, so that a changed policy or tag leaves the warm ones be.
func (f *function) environmentID() string {
	return f.arn() + "@" + f.Code.SHA256 + "@" + f.Settings.fingerprint()
}

func (s *Service) environment(f *function) Environment {
	st := &f.Settings
	return Environment{
		ID: f.environmentID(), FunctionName: f.Name, Version: latest, ARN: f.arn(), Account: f.Account, Region: f.Region,
		Runtime: st.Runtime, Handler: st.Handler, RoleARN: st.Role, MemoryMB: st.MemoryMB, TmpMB: st.TmpMB,
		Timeout: time.Duration(st.TimeoutS) * time.Second, Variables: st.Variables, LogGroup: st.LogGroup,
		CodeSHA256: f.Code.SHA256, Code: s.openCode(f.Code),
		Credentials: func(ctx context.Context) (api.Key, error) {
			return s.roles.Credentials(ctx, st.Role, f.Name)
		},
	}
}

// Source is an AWS service that invokes a function for somebody's resource.
type Source struct {
	Service   string // "apigateway.amazonaws.com"
	ARN       string // of the resource, such as the method of an API
	Account   string // that owns it
	RequestID string
}

// InvokeFor runs a function for another AWS service, if the function's policy
// lets that service do so for that resource. functionARN may have a qualifier.
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
	f, err := s.invocable(ctx, call, n, api.Given("aws:SourceArn", from.ARN), api.Given("aws:SourceAccount", from.Account))
	if err != nil {
		return Outcome{}, err
	}
	return s.run(ctx, f, Invocation{RequestID: from.RequestID, Payload: payload, ARN: n.qualifiedARN()})
}
