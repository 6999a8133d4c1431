package apigateway

import (
	"context"
	"errors"
	"net/http"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// TestInvokeAuthorizer asks an authorizer about a call that the caller makes up,
// and tells how that went.
func (s *Service) TestInvokeAuthorizer(ctx context.Context, call *api.Call, in *agw.TestInvokeAuthorizerRequest) (*agw.TestInvokeAuthorizerResponse, error) {
	if err := s.authorize(ctx, call, "POST", "restapis", in.RestApiId, "authorizers", in.AuthorizerId); err != nil {
		return nil, err
	}
	x, err := s.newTest(ctx, call, in.RestApiId, testRequest{
		httpMethod: http.MethodGet, path: deref(in.PathWithQueryString), body: deref(in.Body),
		headers: in.Headers, multiValueHeaders: in.MultiValueHeaders, stageVariables: in.StageVariables,
	})
	if err != nil {
		return nil, err
	}
	a := x.deployed.authorizers[in.AuthorizerId]
	if a == nil {
		return nil, noSuchAuthorizer()
	}
	began := s.clock.Now()
	x.log.note("Starting authorizer: %s for request: %s", in.AuthorizerId, call.RequestID)
	out := &agw.TestInvokeAuthorizerResponse{ClientStatus: new(int64(0))}
	if a.Type == "COGNITO_USER_POOLS" {
		if _, err = s.askUserPools(x, a); err == nil {
			out.Claims = x.authorized.Claims
			x.log.note("Successfully completed authorizer execution")
		}
	} else {
		err = s.askTest(x, a, out)
	}
	if err != nil {
		why, ok := errors.AsType[*refusal](err)
		if !ok {
			return nil, err
		}
		x.log.noteFailure(why)
		x.log.note("%s", why.errorType)
		out.ClientStatus = new(int64(why.status))
	}
	out.Latency, out.Log = new(x.since(began)), new(x.log.text(call.RequestID))
	return out, nil
}

// askTest asks the function of an authorizer.
func (s *Service) askTest(x *exchange, a *readyAuthorizer, out *agw.TestInvokeAuthorizerResponse) error {
	identity, complete := x.identityFor(a)
	if !complete {
		return unauthorized()
	}
	var err error
	if x.authorized, err = s.invokeAuthorizer(x, a, identity); err != nil {
		return err
	}
	return s.judgeTest(x, out)
}

// judgeTest puts down what an authorizer said, if that is a policy.
func (s *Service) judgeTest(x *exchange, out *agw.TestInvokeAuthorizerResponse) error {
	said := x.authorized
	if _, err := s.policies.Judge(x.request.Context(), x.call, said.Policy, false, actionInvoke, x.methodARN()); err != nil {
		return badAuthorizer().because(err)
	}
	out.PrincipalId, out.Policy = &said.PrincipalID, &said.Policy
	x.log.note("Using valid authorizer policy for principal: %s", masked(said.PrincipalID))
	x.log.note("Successfully completed authorizer execution")
	return nil
}

// masked hides all but the end of what should not be read in a log.
func masked(secret string) string {
	const shown = 6
	if len(secret) < 2*shown {
		return "******"
	}
	return "******" + secret[len(secret)-shown:]
}
