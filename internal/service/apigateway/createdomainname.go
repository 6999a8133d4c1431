package apigateway

import (
	"cmp"
	"context"
	"slices"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// CreateDomainName lets APIs be called under a name of the user's own.
func (s *Service) CreateDomainName(ctx context.Context, call *api.Call, in *agw.CreateDomainNameRequest) (*agw.DomainName, error) {
	if err := s.authorizeWith(ctx, call, api.RequestTags(in.Tags), "POST", domainNames.name); err != nil {
		return nil, err
	}
	d, err := s.newDomain(call, in)
	if err != nil {
		return nil, err
	}
	var trust *truststoreRecord
	if d.Domain.MutualTlsAuthentication != nil {
		if trust, err = s.fetchTruststore(ctx, call, d.Domain.MutualTlsAuthentication); err != nil {
			return nil, err
		}
		d.Truststore = trust.ID
	}
	name := d.id()
	key := domainKey(name)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key, domainNames.key(call, name)}}, func(tx kv.Tx) error {
		if taken, err := exists(tx, key); err != nil || taken {
			if err != nil {
				return err
			}
			return agw.BadRequestException("The domain name you provided already exists.")
		}
		return saveDomain(tx, call, d, trust)
	})
	if err != nil {
		return nil, err
	}
	return &d.Domain, nil
}

// saveDomain writes a domain name that may be one with a truststore that is not
// kept yet.
func saveDomain(tx kv.Tx, call *api.Call, d *domainName, trust *truststoreRecord) error {
	name := d.id()
	if trust != nil {
		if err := save(tx, truststoreKey(name), trust); err != nil {
			return err
		}
	}
	if d.Truststore == "" {
		tx.Delete(truststoreKey(name))
	}
	if d.Domain.DomainNameId != nil {
		tx.Set(privateNameKey(*d.Domain.DomainName, *d.Domain.DomainNameId), []byte{})
	}
	if err := save(tx, domainKey(name), ownerOf(call, d)); err != nil {
		return err
	}
	return save(tx, domainNames.key(call, name), d)
}

func (s *Service) newDomain(call *api.Call, in *agw.CreateDomainNameRequest) (*domainName, error) {
	for _, option := range []struct {
		asked bool
		name  string
	}{
		{deref(in.CertificateBody) != "" || deref(in.CertificatePrivateKey) != "" || deref(in.CertificateChain) != "", "certificateBody"},
	} {
		if option.asked {
			return nil, awserr.Unsupported("the " + option.name + " parameter of CreateDomainName")
		}
	}
	d := &domainName{Form: form, Domain: agw.DomainName{
		CertificateArn: in.CertificateArn, CertificateName: in.CertificateName, DomainName: new(lowerName(in.DomainName)),
		DomainNameStatus: "AVAILABLE", EndpointConfiguration: endpointConfiguration(in.EndpointConfiguration),
		RegionalCertificateArn: in.RegionalCertificateArn, RegionalCertificateName: in.RegionalCertificateName,
		RoutingMode: cmp.Or(in.RoutingMode, "BASE_PATH_MAPPING_ONLY"), SecurityPolicy: in.SecurityPolicy, EndpointAccessMode: in.EndpointAccessMode, Tags: in.Tags,
	}}
	if arn := deref(in.OwnershipVerificationCertificateArn); arn != "" {
		d.Domain.OwnershipVerificationCertificateArn = &arn
	}
	if m := in.MutualTlsAuthentication; m != nil && deref(m.TruststoreUri) != "" {
		d.Domain.MutualTlsAuthentication = &agw.MutualTlsAuthentication{TruststoreUri: m.TruststoreUri, TruststoreVersion: m.TruststoreVersion}
	}
	if d.Domain.SecurityPolicy == "" {
		d.Domain.SecurityPolicy = "TLS_1_2"
	}
	if d.Domain.CertificateArn != nil {
		d.Domain.CertificateUploadDate = new(s.now())
	}
	d.Domain.DomainNameArn = new("arn:aws:apigateway:" + call.Region + "::/domainnames/" + *d.Domain.DomainName)
	if slices.Contains(d.Domain.EndpointConfiguration.Types, "PRIVATE") {
		d.Domain.DomainNameId = new(newID(s.clock, 10))
		d.Domain.DomainNameArn = new(resourceARN(call, domainNames.name, d.id()))
	}
	if deref(in.Policy) != "" {
		d.Domain.Policy = in.Policy
	}
	if err := s.checkDomainPolicies(&d.Domain); err != nil {
		return nil, err
	}
	if err := checkDomain(&d.Domain); err != nil {
		return nil, err
	}
	s.place(call, &d.Domain)
	return d, checkTags(in.Tags)
}
