package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// DeleteFunctionConcurrency ends the reservation of a function.
func (s *Service) DeleteFunctionConcurrency(ctx context.Context, call *api.Call, in *lambdaapi.DeleteFunctionConcurrencyRequest) (*lambdaapi.DeleteFunctionConcurrencyOutput, error) {
	n, err := s.mutable(ctx, call, "DeleteFunctionConcurrency", in.FunctionName)
	if err != nil {
		return nil, err
	}
	return &lambdaapi.DeleteFunctionConcurrencyOutput{}, s.changeReservation(ctx, n, nil)
}
