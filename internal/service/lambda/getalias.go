package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// GetAlias returns where an alias leads.
func (s *Service) GetAlias(ctx context.Context, call *api.Call, in *lambdaapi.GetAliasRequest) (*lambdaapi.AliasConfiguration, error) {
	n, err := s.aliasName(ctx, call, "GetAlias", in.FunctionName, in.Name)
	if err != nil {
		return nil, err
	}
	var a *alias
	err = s.store.View(ctx, func(r kv.Reader) error {
		a, err = readAlias(r, n, noSuchAlias(n))
		return err
	})
	if err != nil {
		return nil, err
	}
	return a.configuration(), nil
}
