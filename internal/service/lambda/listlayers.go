package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// ListLayers lists the layers of account and region by name, each with its
// newest version that fits. Layers without one are left out.
func (s *Service) ListLayers(ctx context.Context, call *api.Call, in *lambdaapi.ListLayersRequest) (*lambdaapi.ListLayersResponse, error) {
	if err := s.authz.Authorize(ctx, call, "lambda:ListLayers", "*"); err != nil {
		return nil, err
	}
	if err := checkCompatible("compatibleRuntime", in.CompatibleRuntime, in.CompatibleRuntime); err != nil {
		return nil, err
	}
	p := newPage(in.Marker, in.MaxItems)
	out := &lambdaapi.ListLayersResponse{Layers: []lambdaapi.LayersListItem{}}
	all := allOf("layerversion", call.Account, call.Region)
	if p.after != "" {
		all.Start = allOf("layerversion", call.Account, call.Region, p.after).Start
	}
	err := s.store.View(ctx, func(r kv.Reader) error {
		// The versions of a layer come one after the other, the newest last.
		return eachRecord(r, all, func(v *layerVersion) error {
			if !v.fits(in.CompatibleRuntime, in.CompatibleArchitecture) {
				return nil
			}
			last := len(out.Layers) - 1
			if last >= 0 && *out.Layers[last].LayerName == v.Name {
				*out.Layers[last].LatestMatchingVersion = v.entry()
				return nil
			}
			if len(out.Layers) == p.limit {
				p.next = v.Name
				return errPageFull
			}
			out.Layers = append(out.Layers, lambdaapi.LayersListItem{LayerName: &v.Name, LayerArn: new(v.named().arn()), LatestMatchingVersion: new(v.entry())})
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	out.NextMarker = p.marker()
	return out, nil
}
