package apigateway

import (
	"errors"
	"strings"

	"cloudless/internal/api"
	"cloudless/internal/awserr"
)

// actionInvoke is what policies call a call of a deployed API.
const actionInvoke = "execute-api:Invoke"

// admit asks whether the client may call the method.
func (s *Service) admit(x *exchange) error {
	switch deref(x.method.AuthorizationType) {
	case "AWS_IAM":
		return s.admitSigner(x)
	case "CUSTOM":
		return s.admitByAuthorizer(x)
	case "COGNITO_USER_POOLS":
		return s.admitByUserPool(x)
	case "NONE":
		return s.admitByPolicy(x)
	}
	return internalError().because(errors.New("unknown type of authorization"))
}

// admitByPolicy admits whomever the policy of the API allows the call, if it
// has one. It knows nothing of who calls.
func (s *Service) admitByPolicy(x *exchange) error {
	if x.deployed.policy == "" {
		return nil
	}
	x.call.Principal = api.Principal{Type: api.PrincipalAnonymous}
	return s.authorizeInvoke(x)
}

// admitSigner admits whoever signed the request, if the caller's policies and
// that of the API together allow it.
func (s *Service) admitSigner(x *exchange) error {
	if err := x.readRaw(); err != nil { // signed is what was sent
		return err
	}
	began := x.now()
	principal, err := x.signedBy()
	x.ended(&x.authenticate, began, err)
	if err != nil {
		return err
	}
	x.call.Principal = principal
	return s.authorizeInvoke(x)
}

// signedBy tells who signed the request.
func (x *exchange) signedBy() (api.Principal, error) {
	principal, err := x.signer(x.body)
	switch e := awserr.From(err); {
	case err != nil && e.Status < 500:
		return principal, badSignature(e)
	case err != nil:
		return principal, err
	case principal.Type == "" || principal.Type == api.PrincipalAnonymous:
		return principal, missingToken()
	}
	return principal, nil
}

// authorizeInvoke asks the policies whether the caller may call the method.
func (s *Service) authorizeInvoke(x *exchange) error {
	began := x.now()
	err := s.authorizeCall(x, actionInvoke)
	x.ended(&x.authorize, began, err)
	return err
}

// authorizeCall asks the policies whether the caller may do something with the
// method.
func (s *Service) authorizeCall(x *exchange, action string) error {
	resource := x.methodARN()
	var facts []api.Fact
	if x.deployed.policy != "" {
		facts = append(facts, api.WithResourcePolicy(x.deployed.policy))
	}
	err := s.authz.Authorize(x.request.Context(), x.call, action, resource, facts...)
	if awserr.Code(err) == awserr.CodeAccessDenied {
		return accessDenied(strings.ReplaceAll(awserr.From(err).Message, resource, maskAccount(resource, x.call.Account)))
	}
	return err
}

// maskAccount leaves of the account in an ARN the last four digits, as AWS
// does in front of strangers.
func maskAccount(arn, account string) string {
	if len(account) < 4 {
		return arn
	}
	return strings.Replace(arn, ":"+account+":", ":********"+account[len(account)-4:]+":", 1)
}
