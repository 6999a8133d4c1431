package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// ListAliases lists the aliases of a function by name; with FunctionVersion,
// those that lead to that version.
func (s *Service) ListAliases(ctx context.Context, call *api.Call, in *lambdaapi.ListAliasesRequest) (*lambdaapi.ListAliasesResponse, error) {
	n, err := s.aliasName(ctx, call, "ListAliases", in.FunctionName, "")
	if err != nil {
		return nil, err
	}
	p := newPage(in.Marker, in.MaxItems)
	out := &lambdaapi.ListAliasesResponse{Aliases: []lambdaapi.AliasConfiguration{}}
	err = s.store.View(ctx, func(r kv.Reader) error {
		if _, err := readFunction(r, n); err != nil {
			return err
		}
		all := allOf("alias", n.account, n.region, n.function)
		for pair, err := range r.Scan(p.from(all, aliasKey(n.account, n.region, n.function, p.after))) {
			if err != nil {
				return err
			}
			a := &alias{}
			if err := decodeRecord(pair.Value, a); err != nil {
				return err
			}
			if in.FunctionVersion != nil && !a.leadsTo(*in.FunctionVersion) {
				continue
			}
			if len(out.Aliases) == p.limit {
				p.next = a.Name
				return nil
			}
			out.Aliases = append(out.Aliases, *a.configuration())
		}
		return nil
	})
	out.NextMarker = p.marker()
	return out, err
}
