package lambda

import (
	"context"
	"strconv"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// ListLayerVersions lists the versions of a layer, the newest first; none if
// there is no such layer.
func (s *Service) ListLayerVersions(ctx context.Context, call *api.Call, in *lambdaapi.ListLayerVersionsRequest) (*lambdaapi.ListLayerVersionsResponse, error) {
	n, err := s.ownLayer(ctx, call, "ListLayerVersions", in.LayerName, 0)
	if err != nil {
		return nil, err
	}
	if err := checkCompatible("compatibleRuntime", in.CompatibleRuntime, in.CompatibleRuntime); err != nil {
		return nil, err
	}
	p := newPage(in.Marker, in.MaxItems)
	all := allOf("layerversion", n.account, n.region, n.layer)
	all.Reverse = true
	if number, err := strconv.ParseInt(p.after, 10, 64); err == nil {
		all.End = kv.PrefixEnd(layerVersionKey(n.account, n.region, n.layer, number))
	}
	out := &lambdaapi.ListLayerVersionsResponse{LayerVersions: []lambdaapi.LayerVersionsListItem{}}
	err = s.store.View(ctx, func(r kv.Reader) error {
		return eachRecord(r, all, func(v *layerVersion) error {
			switch {
			case !v.fits(in.CompatibleRuntime, in.CompatibleArchitecture):
			case len(out.LayerVersions) == p.limit:
				p.next = strconv.FormatInt(v.Number, 10)
				return errPageFull
			default:
				out.LayerVersions = append(out.LayerVersions, v.entry())
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
