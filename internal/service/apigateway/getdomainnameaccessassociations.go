package apigateway

import (
	"context"
	"slices"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetDomainNameAccessAssociations lists the associations of the account, or those
// of others with its private domain names.
func (s *Service) GetDomainNameAccessAssociations(ctx context.Context, call *api.Call, in *agw.GetDomainNameAccessAssociationsRequest) (*agw.DomainNameAccessAssociations, error) {
	if err := s.authorize(ctx, call, "GET", accessAssociations.name); err != nil {
		return nil, err
	}
	items, err := view(ctx, s, func(r kv.Reader) ([]agw.DomainNameAccessAssociation, error) {
		if in.ResourceOwner == "OTHER_ACCOUNTS" {
			return associationsOfOthers(r, call)
		}
		all, err := loadAll[accessAssociation](r, accessAssociations.prefix(call))
		items := make([]agw.DomainNameAccessAssociation, 0, len(all))
		for _, a := range all {
			items = append(items, a.Association)
		}
		return items, err
	})
	if err != nil {
		return nil, err
	}
	arn := func(a agw.DomainNameAccessAssociation) string { return *a.DomainNameAccessAssociationArn }
	slices.SortFunc(items, func(a, b agw.DomainNameAccessAssociation) int { return strings.Compare(arn(a), arn(b)) })
	out := &agw.DomainNameAccessAssociations{}
	out.Items, out.Position, err = page(items, arn, in.Limit, in.Position)
	return out, err
}

func associationsOfOthers(r kv.Reader, call *api.Call) ([]agw.DomainNameAccessAssociation, error) {
	items := []agw.DomainNameAccessAssociation{}
	domains, err := loadAll[domainName](r, domainNames.prefix(call))
	if err != nil {
		return nil, err
	}
	for _, d := range domains {
		if d.Domain.DomainNameId == nil {
			continue
		}
		grants, err := loadAll[accessGrant](r, accessPrefix(d.id()))
		if err != nil {
			return nil, err
		}
		for _, g := range grants {
			if g.Account == call.Account || g.Rejected {
				continue
			}
			consumer := api.Call{Account: g.Account, Region: g.Region}
			a, err := accessAssociations.find(r, &consumer, associationID(d.id(), g.Source))
			if err != nil {
				return nil, err
			}
			a.Association.Tags = nil // which are the other's own
			items = append(items, a.Association)
		}
	}
	return items, nil
}
