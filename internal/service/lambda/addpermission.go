package lambda

import (
	"context"
	"encoding/json"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// AddPermission lets an AWS service, an account or a principal invoke a
// function.
func (s *Service) AddPermission(ctx context.Context, call *api.Call, in *lambdaapi.AddPermissionRequest) (*lambdaapi.AddPermissionResponse, error) {
	n, err := parseName(call, in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "AddPermission", n, api.Given("lambda:Principal", in.Principal)); err != nil {
		return nil, err
	}
	if n.qualifier == latest {
		return nil, lambdaapi.InvalidParameterValueException("We currently do not support adding policies for $LATEST.")
	}
	st, err := statementOf(in, n.qualifiedARN())
	if err != nil {
		return nil, err
	}
	if err := s.changePolicy(ctx, n, in.RevisionId, func(p *policy) error { return p.add(st) }); err != nil {
		return nil, err
	}
	text, err := json.Marshal(st)
	if err != nil {
		return nil, err
	}
	return &lambdaapi.AddPermissionResponse{Statement: new(string(text))}, nil
}

// changePolicy changes a function's policy to a new revision. The function's
// own revision changes with it, as on AWS.
func (s *Service) changePolicy(ctx context.Context, n name, given *string, alter func(*policy) error) error {
	policyRevision, revision := s.newID(), s.newID()
	_, err := s.change(ctx, n, func(f *function) error {
		if err := checkPolicyRevision(&f.Policy, given); err != nil {
			return err
		}
		if err := alter(&f.Policy); err != nil {
			return err
		}
		f.Policy.RevisionID = policyRevision
		if f.State == stateActive && f.UpdateStatus != updateInProgress {
			f.RevisionID = revision
		}
		return nil
	})
	return err
}
