package sts

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"cloudless/internal/api"
	stsapi "cloudless/internal/api/sts"
	"cloudless/internal/awserr"
)

const (
	defaultRoleSession = time.Hour
	maxChainedSession  = time.Hour // of a role that is assumed by the session of a role
)

// AssumeRole begins a session of a role that trusts the caller.
func (s *Service) AssumeRole(ctx context.Context, call *api.Call, in *stsapi.AssumeRoleRequest) (*stsapi.AssumeRoleResponse, error) {
	if err := checkTags(in.Tags, in.TransitiveTagKeys); err != nil {
		return nil, err
	}
	if err := supported(in); err != nil {
		return nil, err
	}
	role, err := s.trusting(ctx, call, in)
	if err != nil {
		return nil, err
	}
	lasts, err := roleSessionLength(call, role, in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	bound, err := s.newBounds(ctx, role.Account, in.Policy, in.PolicyArns)
	if err != nil {
		return nil, err
	}
	key, err := s.begin(ctx, sessionOf(role, in.RoleSessionName), lasts, bound)
	if err != nil {
		return nil, err
	}
	return &stsapi.AssumeRoleResponse{
		AssumedRoleUser:  &stsapi.AssumedRoleUser{Arn: key.Principal.ARN, AssumedRoleId: key.Principal.ID},
		Credentials:      credentials(key),
		PackedPolicySize: bound.packedPercent(),
	}, nil
}

// trusting returns the role if it trusts the caller. AWS does not tell a role
// that does not from one that is not there.
func (s *Service) trusting(ctx context.Context, call *api.Call, in *stsapi.AssumeRoleRequest) (Role, error) {
	role, err := s.roles.Role(ctx, in.RoleArn)
	if isNoSuchEntity(err) {
		return Role{}, awserr.AccessDenied(fmt.Sprintf("User: %s is not authorized to perform: sts:AssumeRole on resource: %s",
			call.Principal.ARN, in.RoleArn)).Because(err)
	}
	if err != nil {
		return Role{}, err
	}
	facts := []api.Fact{api.Given("sts:RoleSessionName", in.RoleSessionName)}
	if in.ExternalId != nil {
		facts = append(facts, api.Given("sts:ExternalId", *in.ExternalId))
	}
	return role, s.trust.MayAssume(ctx, call, role.ARN, role.TrustPolicy, "sts:AssumeRole", facts...)
}

// roleSessionLength reads DurationSeconds.
func roleSessionLength(call *api.Call, r Role, seconds *int64) (time.Duration, error) {
	if seconds == nil {
		return defaultRoleSession, nil
	}
	lasts := time.Duration(*seconds) * time.Second
	if call.Principal.Type == api.PrincipalAssumedRole && lasts > maxChainedSession {
		return 0, awserr.Validation("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	}
	if *seconds > r.MaxSessionSeconds {
		return 0, awserr.Validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	return lasts, nil
}

// supported refuses what would be promised and not kept.
func supported(in *stsapi.AssumeRoleRequest) error {
	switch {
	case len(in.Tags) > 0 || len(in.TransitiveTagKeys) > 0:
		return awserr.Unsupported("the Tags of a session")
	case in.SourceIdentity != nil:
		return awserr.Unsupported("the SourceIdentity of a session")
	case in.SerialNumber != nil || in.TokenCode != nil:
		return awserr.Unsupported("multi-factor authentication")
	case len(in.ProvidedContexts) > 0:
		return awserr.Unsupported("the ProvidedContexts of a session")
	}
	return nil
}

// checkTags refuses session tags that AWS refuses.
func checkTags(tags []stsapi.Tag, transitive []string) error {
	seen := make(map[string]bool)
	for _, t := range tags {
		if seen[strings.ToLower(t.Key)] {
			return invalidParameter("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		seen[strings.ToLower(t.Key)] = true
	}
	if slices.ContainsFunc(transitive, func(key string) bool { return !seen[strings.ToLower(key)] }) {
		return invalidParameter("The specified transitive tag key must be included in the requested tags.")
	}
	return nil
}

// invalidParameter is a refusal that the model of STS does not list.
func invalidParameter(message string) error {
	return &awserr.Error{Code: "InvalidParameterValue", Status: http.StatusBadRequest, Message: message}
}
