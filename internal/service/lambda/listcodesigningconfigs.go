package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// ListCodeSigningConfigs lists the code signing configurations of account and
// region.
func (s *Service) ListCodeSigningConfigs(ctx context.Context, call *api.Call, in *lambdaapi.ListCodeSigningConfigsRequest) (*lambdaapi.ListCodeSigningConfigsResponse, error) {
	if err := s.signingConfigCall(ctx, call, "ListCodeSigningConfigs", "*"); err != nil {
		return nil, err
	}
	p := newPage(in.Marker, in.MaxItems)
	out := &lambdaapi.ListCodeSigningConfigsResponse{CodeSigningConfigs: []lambdaapi.CodeSigningConfig{}}
	err := s.store.View(ctx, func(r kv.Reader) error {
		all := allOf("signing", call.Account, call.Region)
		return eachRecord(r, p.from(all, signingConfigKey(call.ARN("lambda", "code-signing-config:"+p.after))), func(c *signingConfig) error {
			if len(out.CodeSigningConfigs) == p.limit {
				p.next = c.ID
				return errPageFull
			}
			out.CodeSigningConfigs = append(out.CodeSigningConfigs, *c.describe())
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	out.NextMarker = p.marker()
	return out, nil
}
