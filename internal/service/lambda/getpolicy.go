package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// GetPolicy returns the policy that says who may invoke a function, or a
// version or alias of it.
func (s *Service) GetPolicy(ctx context.Context, call *api.Call, in *lambdaapi.GetPolicyRequest) (*lambdaapi.GetPolicyResponse, error) {
	n, err := parseName(call, in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "GetPolicy", n); err != nil {
		return nil, err
	}
	var h holder
	err = s.store.View(ctx, func(r kv.Reader) error {
		h, err = readHolder(r, n)
		return err
	})
	if err != nil {
		return nil, err
	}
	document := h.policy.document()
	if document == "" {
		return nil, lambdaapi.ResourceNotFoundException("The resource you requested does not exist.")
	}
	return &lambdaapi.GetPolicyResponse{Policy: &document, RevisionId: new(*h.revision)}, nil
}
