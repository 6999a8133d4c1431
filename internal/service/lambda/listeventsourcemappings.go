package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// maxMappingPage is how many mappings a page has at most.
const maxMappingPage = 100

// ListEventSourceMappings lists the mappings of account and region, or those
// of a function or of a source.
func (s *Service) ListEventSourceMappings(ctx context.Context, call *api.Call, in *lambdaapi.ListEventSourceMappingsRequest) (*lambdaapi.ListEventSourceMappingsResponse, error) {
	if err := s.authz.Authorize(ctx, call, "lambda:ListEventSourceMappings", "*"); err != nil {
		return nil, err
	}
	function := ""
	if in.FunctionName != nil {
		n, err := mappedName(call, *in.FunctionName)
		if err != nil {
			return nil, err
		}
		function = n.qualifiedARN()
	}
	p := newPage(in.Marker, nil)
	p.limit = maxMappingPage
	if in.MaxItems != nil {
		p.limit = int(min(*in.MaxItems, maxMappingPage))
	}
	out := &lambdaapi.ListEventSourceMappingsResponse{EventSourceMappings: []lambdaapi.EventSourceMappingConfiguration{}}
	err := s.store.View(ctx, func(r kv.Reader) error {
		all := p.from(allOf("mapping", call.Account, call.Region), mappingKey(call.Account, call.Region, p.after))
		return eachRecord(r, all, func(m *mapping) error {
			switch {
			case function != "" && m.Function != function, in.EventSourceArn != nil && m.Source != *in.EventSourceArn:
			case len(out.EventSourceMappings) == p.limit:
				p.next = m.UUID
				return errPageFull
			default:
				out.EventSourceMappings = append(out.EventSourceMappings, *m.describe())
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
