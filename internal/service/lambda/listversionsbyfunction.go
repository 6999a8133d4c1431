package lambda

import (
	"context"
	"errors"
	"strconv"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// ListVersionsByFunction lists $LATEST and the published versions, in the
// order of their numbers.
func (s *Service) ListVersionsByFunction(ctx context.Context, call *api.Call, in *lambdaapi.ListVersionsByFunctionRequest) (*lambdaapi.ListVersionsByFunctionResponse, error) {
	n, err := parseName(call, in.FunctionName, nil)
	if err != nil {
		return nil, err
	}
	n = n.unqualified()
	if err := s.authorize(ctx, call, "ListVersionsByFunction", n); err != nil {
		return nil, err
	}
	p := newPage(in.Marker, in.MaxItems)
	first, _ := strconv.ParseInt(p.after, 10, 64) // 0, the beginning, for a marker that is none of ours
	out := &lambdaapi.ListVersionsByFunctionResponse{Versions: []lambdaapi.FunctionConfiguration{}}
	show := func(f *function) error {
		if len(out.Versions) == p.limit {
			p.next = strconv.FormatInt(f.Number, 10)
			return errPageFull
		}
		out.Versions = append(out.Versions, f.entry(f.versionARN()))
		return nil
	}
	err = s.store.View(ctx, func(r kv.Reader) error {
		f, err := readFunction(r, n)
		if err != nil {
			return err
		}
		if first == 0 {
			if err := show(f); err != nil {
				return err
			}
		}
		versions := allOf("version", n.account, n.region, n.function)
		return eachFunction(r, p.from(versions, versionKey(n.account, n.region, n.function, first)), show)
	})
	if err != nil && !errors.Is(err, errPageFull) {
		return nil, err
	}
	out.NextMarker = p.marker()
	return out, nil
}
