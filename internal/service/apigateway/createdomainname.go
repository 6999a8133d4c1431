package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// CreateDomainName lets APIs be called under a name of the user's own.
func (s *Service) CreateDomainName(ctx context.Context, call *api.Call, in *agw.CreateDomainNameRequest) (*agw.DomainName, error) {
	if err := s.authorizeWith(ctx, call, tagFacts(in.Tags), "POST", domainNames.name); err != nil {
		return nil, err
	}
	d, err := s.newDomain(call, in)
	if err != nil {
		return nil, err
	}
	name := *d.Domain.DomainName
	key, kept := domainKey(name), domainNames.key(call, name)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key, kept}}, func(tx kv.Tx) error {
		if taken, err := exists(tx, key); err != nil || taken {
			if err != nil {
				return err
			}
			return agw.BadRequestException("The domain name you provided already exists.")
		}
		if err := save(tx, key, &domainOwner{Form: form, Account: call.Account, Region: call.Region}); err != nil {
			return err
		}
		return save(tx, kept, d)
	})
	if err != nil {
		return nil, err
	}
	return &d.Domain, nil
}

func (s *Service) newDomain(call *api.Call, in *agw.CreateDomainNameRequest) (*domainName, error) {
	for _, option := range []struct {
		asked bool
		name  string
	}{
		{deref(in.CertificateBody) != "" || deref(in.CertificatePrivateKey) != "" || deref(in.CertificateChain) != "", "certificateBody"},
		{in.MutualTlsAuthentication != nil, "mutualTlsAuthentication"},
		{deref(in.OwnershipVerificationCertificateArn) != "", "ownershipVerificationCertificateArn"},
		{deref(in.Policy) != "", "policy"},
		{in.RoutingMode != "" && in.RoutingMode != "BASE_PATH_MAPPING_ONLY", "routingMode"},
		{in.EndpointAccessMode != "", "endpointAccessMode"},
	} {
		if option.asked {
			return nil, awserr.Unsupported("the " + option.name + " parameter of CreateDomainName")
		}
	}
	d := &domainName{Form: form, Domain: agw.DomainName{
		CertificateArn: in.CertificateArn, CertificateName: in.CertificateName, DomainName: new(lowerName(in.DomainName)),
		DomainNameStatus: "AVAILABLE", EndpointConfiguration: endpointConfiguration(in.EndpointConfiguration),
		RegionalCertificateArn: in.RegionalCertificateArn, RegionalCertificateName: in.RegionalCertificateName,
		RoutingMode: "BASE_PATH_MAPPING_ONLY", SecurityPolicy: in.SecurityPolicy, Tags: in.Tags,
	}}
	if d.Domain.SecurityPolicy == "" {
		d.Domain.SecurityPolicy = "TLS_1_2"
	}
	if d.Domain.CertificateArn != nil {
		d.Domain.CertificateUploadDate = new(s.now())
	}
	d.Domain.DomainNameArn = new("arn:aws:apigateway:" + call.Region + "::/domainnames/" + *d.Domain.DomainName)
	if err := checkDomain(&d.Domain); err != nil {
		return nil, err
	}
	s.place(call, &d.Domain)
	return d, checkTags(in.Tags)
}
