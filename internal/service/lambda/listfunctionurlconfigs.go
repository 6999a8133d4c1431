package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// ListFunctionUrlConfigs lists the addresses of a function and of its aliases.
func (s *Service) ListFunctionUrlConfigs(ctx context.Context, call *api.Call, in *lambdaapi.ListFunctionUrlConfigsRequest) (*lambdaapi.ListFunctionUrlConfigsResponse, error) {
	n, err := s.urlName(ctx, call, "ListFunctionUrlConfigs", in.FunctionName, nil)
	if err != nil {
		return nil, err
	}
	n = n.unqualified()
	p := newPage(in.Marker, in.MaxItems)
	out := &lambdaapi.ListFunctionUrlConfigsResponse{FunctionUrlConfigs: []lambdaapi.FunctionUrlConfig{}}
	err = s.store.View(ctx, func(r kv.Reader) error {
		if err := checkURLOwner(r, n); err != nil {
			return err
		}
		all := p.from(allOf("url", n.account, n.region, n.function), urlKey(n.account, n.region, n.function, p.after))
		return eachRecord(r, all, func(u *functionURL) error {
			if len(out.FunctionUrlConfigs) == p.limit {
				p.next = u.Qualifier // never that of the function itself, which comes first
				return errPageFull
			}
			out.FunctionUrlConfigs = append(out.FunctionUrlConfigs, *u.describe(call))
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	out.NextMarker = p.marker()
	return out, nil
}
