package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// DeleteFunction removes a function, its policy and its environments. Its
// package stays until the next start, since another function may share it.
func (s *Service) DeleteFunction(ctx context.Context, call *api.Call, in *lambdaapi.DeleteFunctionRequest) (*lambdaapi.DeleteFunctionResponse, error) {
	n, err := parseName(call, in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "DeleteFunction", n); err != nil {
		return nil, err
	}
	if n.qualifier == latest {
		return nil, lambdaapi.InvalidParameterValueException("$LATEST version cannot be deleted without deleting the function.")
	}
	whole := name{account: n.account, region: n.region, function: n.function}
	var f *function
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{functionKey(n.account, n.region, n.function)}}, func(tx kv.Tx) error {
		if f, err = readFunction(tx, whole); err != nil {
			return err
		}
		if n.qualifier == "" {
			tx.Delete(f.key())
		} // no other version exists, and deleting one that does not succeeds
		return nil
	})
	if err != nil {
		return nil, err
	}
	if n.qualifier == "" {
		s.sandboxes.Retire(f.environmentID())
	}
	return &lambdaapi.DeleteFunctionResponse{StatusCode: new(int64(204))}, nil
}
