package sts

import (
	"context"
	"fmt"
	"time"

	"cloudless/internal/api"
	"cloudless/internal/awserr"
)

// SessionAs begins a session of a caller whom a service acts for. What bounds
// the caller bounds it too, which sessions with policies of their own cannot
// pass on: they are refused.
func (s *Service) SessionAs(ctx context.Context, p api.Principal, lasts time.Duration) (api.Key, error) {
	if p.SessionPolicies != nil {
		return api.Key{}, awserr.AccessDenied("User: " + p.ARN + " cannot lend a session that has policies of its own")
	}
	return s.begin(ctx, p, lasts, bounds{})
}

// SessionFor begins a session of a role for a service that acts in it, such as
// "lambda.amazonaws.com". The session may last longer than the role lets its
// other sessions last. If there is no such role, or it does not trust the
// service, the error is AccessDenied.
func (s *Service) SessionFor(ctx context.Context, service, roleARN, sessionName string, lasts time.Duration, facts ...api.Fact) (api.Key, error) {
	p, err := s.principalFor(ctx, service, roleARN, sessionName, facts...)
	if err != nil {
		return api.Key{}, err
	}
	return s.begin(ctx, p, lasts, bounds{})
}

// SessionForFunction is SessionFor "lambda.amazonaws.com" of the session that a
// function runs with: calls made in it have the condition key
// lambda:SourceFunctionArn. Sessions that are made out of it do not.
func (s *Service) SessionForFunction(ctx context.Context, functionARN, roleARN, sessionName string, lasts time.Duration) (api.Key, error) {
	p, err := s.principalFor(ctx, "lambda.amazonaws.com", roleARN, sessionName)
	if err != nil {
		return api.Key{}, err
	}
	p.SourceFunctionARN = functionARN
	return s.begin(ctx, p, lasts, bounds{})
}

// principalFor is who a service is when it acts in a role, if the role trusts
// it.
func (s *Service) principalFor(ctx context.Context, service, roleARN, sessionName string, facts ...api.Fact) (api.Principal, error) {
	role, err := s.roles.Role(ctx, roleARN)
	if isNoSuchEntity(err) {
		return api.Principal{}, awserr.AccessDenied(fmt.Sprintf("User: %s is not authorized to perform: sts:AssumeRole on resource: %s",
			service, roleARN)).Because(err)
	}
	if err != nil {
		return api.Principal{}, err
	}
	call := &api.Call{
		Account: role.Account, Service: service, Start: s.clock.Now(), Secure: true,
		Principal: api.Principal{Type: api.PrincipalService, ID: service, ARN: service},
	}
	facts = append(facts, api.Given("sts:RoleSessionName", sessionName))
	if err := s.trust.MayAssume(ctx, call, role.ARN, role.TrustPolicy, "sts:AssumeRole", facts...); err != nil {
		return api.Principal{}, err
	}
	return sessionOf(role, sessionName), nil
}
