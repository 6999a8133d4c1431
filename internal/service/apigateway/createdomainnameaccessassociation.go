package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// CreateDomainNameAccessAssociation lets a private domain name, of the account or
// of another that allows it, be called through a VPC endpoint of the account.
func (s *Service) CreateDomainNameAccessAssociation(ctx context.Context, call *api.Call, in *agw.CreateDomainNameAccessAssociationRequest) (*agw.DomainNameAccessAssociation, error) {
	if err := s.authorizeWith(ctx, call, api.RequestTags(in.Tags), "POST", accessAssociations.name); err != nil {
		return nil, err
	}
	account, domainID, err := privateARN(call, in.DomainNameArn)
	if err != nil {
		return nil, err
	}
	if !vpcEndpointIDs.MatchString(in.AccessAssociationSource) {
		return nil, agw.BadRequestException("Invalid VPC endpoint ID: " + in.AccessAssociationSource)
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	owner := *call
	owner.Account = account
	d, err := view(ctx, s, func(r kv.Reader) (*domainName, error) { return domainNames.find(r, &owner, domainID) })
	if err != nil {
		return nil, err
	}
	if account != call.Account {
		if err := s.mayAssociate(ctx, call, d); err != nil {
			return nil, err
		}
	}
	id := associationID(domainID, in.AccessAssociationSource)
	a := &accessAssociation{Form: form, Association: agw.DomainNameAccessAssociation{
		DomainNameAccessAssociationArn: new(resourceARN(call, accessAssociations.name, id)), DomainNameArn: d.Domain.DomainNameArn,
		AccessAssociationSourceType: in.AccessAssociationSourceType, AccessAssociationSource: &in.AccessAssociationSource, Tags: in.Tags,
	}}
	key := accessAssociations.key(call, id)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{domainKey(domainID), key}}, func(tx kv.Tx) error {
		if _, err := domainNames.find(tx, &owner, domainID); err != nil {
			return err
		}
		if taken, err := exists(tx, key); err != nil || taken {
			return orConflict(err, "The domain name access association already exists")
		}
		grant := &accessGrant{Form: form, Account: call.Account, Region: call.Region, Source: in.AccessAssociationSource}
		if err := save(tx, accessKey(domainID, call.Account, grant.Source), grant); err != nil {
			return err
		}
		return save(tx, key, a)
	})
	if err != nil {
		return nil, err
	}
	return &a.Association, nil
}
