package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// RejectDomainNameAccessAssociation takes the access to a private domain name of
// the account from a VPC endpoint of another, whose association stays.
func (s *Service) RejectDomainNameAccessAssociation(ctx context.Context, call *api.Call, in *agw.RejectDomainNameAccessAssociationRequest) (*agw.RejectDomainNameAccessAssociationOutput, error) {
	if err := s.authz.Authorize(ctx, call, "apigateway:RejectAccessAssociation", in.DomainNameArn); err != nil {
		return nil, err
	}
	owner, domainID, err := privateARN(call, in.DomainNameArn)
	if err != nil {
		return nil, err
	}
	consumer, _, of, source, err := associationARN(in.DomainNameAccessAssociationArn)
	if err != nil {
		return nil, err
	}
	if consumer == owner {
		return nil, agw.BadRequestException("A domain name access association of the same account cannot be rejected")
	}
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{domainKey(domainID)}}, func(tx kv.Tx) error {
		if _, err := domainNames.find(tx, call, domainID); err != nil || owner != call.Account {
			return domainNames.refuse()
		}
		key := accessKey(domainID, consumer, source)
		grant, err := load[accessGrant](tx, key)
		if err != nil || of != domainID {
			return orElse(err, accessAssociations.refuse())
		}
		grant.Rejected = true
		return save(tx, key, grant)
	})
	if err != nil {
		return nil, err
	}
	return &agw.RejectDomainNameAccessAssociationOutput{}, nil
}
