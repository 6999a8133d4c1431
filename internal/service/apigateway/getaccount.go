package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetAccount tells what an account has set for its APIs.
func (s *Service) GetAccount(ctx context.Context, call *api.Call, _ *agw.GetAccountRequest) (*agw.Account, error) {
	if err := s.authorize(ctx, call, "GET", "account"); err != nil {
		return nil, err
	}
	a, err := view(ctx, s, func(r kv.Reader) (*account, error) { return findAccount(r, call) })
	if err != nil {
		return nil, err
	}
	return a.shape(), nil
}
