package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// PutFunctionConcurrency reserves concurrent executions for a function, which
// is also how many it may have at a time.
func (s *Service) PutFunctionConcurrency(ctx context.Context, call *api.Call, in *lambdaapi.PutFunctionConcurrencyRequest) (*lambdaapi.Concurrency, error) {
	n, err := s.wholeFunction(ctx, call, "PutFunctionConcurrency", in.FunctionName)
	if err != nil {
		return nil, err
	}
	if given, _ := parseName(call, in.FunctionName, nil); given.qualifier != "" { // $LATEST is no function to this operation
		return nil, functionsOnly()
	}
	if err := s.changeReservation(ctx, n, &in.ReservedConcurrentExecutions); err != nil {
		return nil, err
	}
	return &lambdaapi.Concurrency{ReservedConcurrentExecutions: &in.ReservedConcurrentExecutions}, nil
}

func (s *Service) changeReservation(ctx context.Context, n name, reserved *int64) error {
	claims := kv.Claims{Write: [][]byte{n.key(), accountKey(n.account, n.region)}}
	return s.store.Update(ctx, claims, func(tx kv.Tx) error {
		f := &function{}
		err := readRecord(tx, n.key(), f, notFound(n.orLatest().qualifiedARN())) // as AWS calls what is not there
		if err != nil {
			return err
		}
		if reserved != nil {
			if err := checkReservation(tx, n, *reserved); err != nil {
				return err
			}
		}
		if err := reserve(tx, f, reserved); err != nil {
			return err
		}
		return writeRecord(tx, f.key(), f)
	})
}
