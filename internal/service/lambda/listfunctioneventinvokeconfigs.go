package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// ListFunctionEventInvokeConfigs lists what was configured for the events of a
// function, by qualifier.
func (s *Service) ListFunctionEventInvokeConfigs(ctx context.Context, call *api.Call, in *lambdaapi.ListFunctionEventInvokeConfigsRequest) (*lambdaapi.ListFunctionEventInvokeConfigsResponse, error) {
	n, err := parseName(call, in.FunctionName, nil)
	if err != nil {
		return nil, err
	}
	n = n.unqualified()
	if err := s.authorize(ctx, call, "ListFunctionEventInvokeConfigs", n); err != nil {
		return nil, err
	}
	p := newPage(in.Marker, in.MaxItems)
	out := &lambdaapi.ListFunctionEventInvokeConfigsResponse{FunctionEventInvokeConfigs: []lambdaapi.FunctionEventInvokeConfig{}}
	err = s.store.View(ctx, func(r kv.Reader) error {
		_, err := readFunction(r, n)
		if awserr.Code(err) == "ResourceNotFoundException" {
			return lambdaapi.ResourceNotFoundException("The function doesn't exist.")
		}
		if err != nil {
			return err
		}
		all := p.from(allOf("invokeconfig", n.account, n.region, n.function), invokeConfigKey(n.account, n.region, n.function, p.after))
		return eachRecord(r, all, func(c *invokeConfig) error {
			if len(out.FunctionEventInvokeConfigs) == p.limit {
				p.next = c.Qualifier
				return errPageFull
			}
			out.FunctionEventInvokeConfigs = append(out.FunctionEventInvokeConfigs, *c.describe())
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	out.NextMarker = p.marker()
	return out, nil
}
