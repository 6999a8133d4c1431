package apigateway

import (
	"context"
	"fmt"
	"slices"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// GetDomainNames lists the domain names of the account in the region.
func (s *Service) GetDomainNames(ctx context.Context, call *api.Call, in *agw.GetDomainNamesRequest) (*agw.DomainNames, error) {
	all, err := domainNames.list(ctx, s, call)
	if err == nil && in.ResourceOwner == "OTHER_ACCOUNTS" {
		all, err = s.domainNamesOfOthers(ctx, call)
	}
	if err != nil {
		return nil, err
	}
	items := make([]agw.DomainName, 0, len(all))
	for _, d := range all {
		items = append(items, d.Domain)
	}
	out := &agw.DomainNames{}
	out.Items, out.Position, err = page(items, func(d agw.DomainName) string { return domainID(*d.DomainName, d.DomainNameId) }, in.Limit, in.Position)
	return out, err
}

// domainNamesOfOthers are the private domain names in the region with which other
// accounts let the caller associate VPC endpoints.
func (s *Service) domainNamesOfOthers(ctx context.Context, call *api.Call) ([]*domainName, error) {
	all, err := view(ctx, s, func(r kv.Reader) (all []*domainName, err error) {
		for pair, err := range r.Scan(kv.Prefix(keys.Encode("apigateway", "privatename"))) {
			if err != nil {
				return nil, err
			}
			elems, err := keys.Decode(pair.Key)
			if err != nil || len(elems) != 4 {
				return nil, fmt.Errorf("read the key of a private domain name: %w", err)
			}
			id := elems[3].(string)
			id = domainID(elems[2].(string), &id)
			owner, err := load[domainOwner](r, domainKey(id))
			if err != nil {
				return nil, err
			}
			if owner.Account == call.Account || owner.Region != call.Region {
				continue
			}
			d, err := domainNames.find(r, &api.Call{Account: owner.Account, Region: owner.Region}, id)
			if err != nil {
				return nil, err
			}
			all = append(all, d)
		}
		return all, nil
	})
	return slices.DeleteFunc(all, func(d *domainName) bool { return s.mayAssociate(ctx, call, d) != nil }), err
}
