package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// RemovePermission takes a statement out of a function's policy.
func (s *Service) RemovePermission(ctx context.Context, call *api.Call, in *lambdaapi.RemovePermissionRequest) (*lambdaapi.RemovePermissionOutput, error) {
	n, err := parseName(call, in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	facts, err := s.statementFacts(ctx, n, in.StatementId)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "RemovePermission", n, facts...); err != nil {
		return nil, err
	}
	err = s.changePolicy(ctx, n, in.RevisionId, func(p *policy) error { return p.remove(in.StatementId) })
	return &lambdaapi.RemovePermissionOutput{}, err
}
