package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// ListFunctionsByCodeSigningConfig lists the functions that have a code signing
// configuration.
func (s *Service) ListFunctionsByCodeSigningConfig(ctx context.Context, call *api.Call, in *lambdaapi.ListFunctionsByCodeSigningConfigRequest) (*lambdaapi.ListFunctionsByCodeSigningConfigResponse, error) {
	if err := s.signingConfigCall(ctx, call, "ListFunctionsByCodeSigningConfig", in.CodeSigningConfigArn); err != nil {
		return nil, err
	}
	p := newPage(in.Marker, in.MaxItems)
	out := &lambdaapi.ListFunctionsByCodeSigningConfigResponse{FunctionArns: []string{}}
	err := s.store.View(ctx, func(r kv.Reader) error {
		if _, err := readSigningConfig(r, in.CodeSigningConfigArn); err != nil {
			return err
		}
		return usersOfSigningConfig(r, call.Account, call.Region, in.CodeSigningConfigArn, func(f *function) error {
			switch {
			case f.Name < p.after:
			case len(out.FunctionArns) == p.limit:
				p.next = f.Name
				return errPageFull
			default:
				out.FunctionArns = append(out.FunctionArns, f.arn())
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	out.NextMarker = p.marker()
	return out, nil
}
