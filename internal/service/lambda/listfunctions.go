package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// maxPage is how many functions a page has at most.
const maxPage = 50

// ListFunctions lists the functions of account and region, by name.
func (s *Service) ListFunctions(ctx context.Context, call *api.Call, in *lambdaapi.ListFunctionsRequest) (*lambdaapi.ListFunctionsResponse, error) {
	if err := s.authz.Authorize(ctx, call, "lambda:ListFunctions", "*"); err != nil {
		return nil, err
	}
	if in.MasterRegion != nil {
		return nil, awserr.Unsupported("the MasterRegion parameter of ListFunctions")
	}
	limit := maxPage
	if in.MaxItems != nil {
		limit = min(limit, int(*in.MaxItems))
	}
	start := ""
	if in.Marker != nil {
		start = *in.Marker
	}
	out := &lambdaapi.ListFunctionsResponse{Functions: []lambdaapi.FunctionConfiguration{}}
	err := s.store.View(ctx, func(r kv.Reader) error {
		all := kv.Prefix(keys.Encode(root, "function", call.Account, call.Region))
		for p, err := range r.Scan(kv.Range{Start: functionKey(call.Account, call.Region, start), End: all.End}) {
			if err != nil {
				return err
			}
			f, err := decodeFunction(p.Value)
			if err != nil {
				return err
			}
			if len(out.Functions) == limit {
				out.NextMarker = new(f.Name)
				return nil
			}
			// Lists leave out the states of creation and update.
			c := f.configuration()
			c.State, c.StateReason, c.StateReasonCode = "", nil, ""
			c.LastUpdateStatus, c.LastUpdateStatusReason, c.LastUpdateStatusReasonCode = "", nil, ""
			out.Functions = append(out.Functions, *c)
		}
		return nil
	})
	return out, err
}
