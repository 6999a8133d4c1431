package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// GetPolicy returns the policy that says who may invoke a function.
func (s *Service) GetPolicy(ctx context.Context, call *api.Call, in *lambdaapi.GetPolicyRequest) (*lambdaapi.GetPolicyResponse, error) {
	f, err := s.get(ctx, call, "GetPolicy", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	document := f.Policy.document()
	if document == "" {
		return nil, lambdaapi.ResourceNotFoundException("The resource you requested does not exist.")
	}
	return &lambdaapi.GetPolicyResponse{Policy: &document, RevisionId: new(f.Policy.RevisionID)}, nil
}
