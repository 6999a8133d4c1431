package apigateway

import (
	"context"
	"slices"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
)

// UpdateDomainName changes a domain name.
func (s *Service) UpdateDomainName(ctx context.Context, call *api.Call, in *agw.UpdateDomainNameRequest) (*agw.DomainName, error) {
	name := lowerName(in.DomainName)
	if err := s.authorize(ctx, call, "PATCH", domainNames.name, name); err != nil {
		return nil, err
	}
	d, err := domainNames.change(ctx, s, call, name, func(d *domainName) error {
		if err := patch(&d.Domain, in.PatchOperations, domainNameRules, refuseByPath); err != nil {
			return err
		}
		s.place(call, &d.Domain)
		return checkDomain(&d.Domain)
	})
	if err != nil {
		return nil, err
	}
	return &d.Domain, nil
}

var domainNameRules = []rule[agw.DomainName]{
	{"/certificateName", replaceOnly, text(func(d *agw.DomainName) **string { return &d.CertificateName })},
	{"/certificateArn", replaceOnly, text(func(d *agw.DomainName) **string { return &d.CertificateArn })},
	{"/regionalCertificateName", replaceOnly, text(func(d *agw.DomainName) **string { return &d.RegionalCertificateName })},
	{"/regionalCertificateArn", replaceOnly, text(func(d *agw.DomainName) **string { return &d.RegionalCertificateArn })},
	{"/securityPolicy", replaceOnly, func(d *agw.DomainName, p patchOp) error {
		d.SecurityPolicy = p.text()
		return nil
	}},
	{"/endpointConfiguration/types/*", replaceOnly, func(d *agw.DomainName, p patchOp) error {
		if !slices.Contains([]string{"REGIONAL", "EDGE"}, p.text()) {
			return awserr.Unsupported("the endpoint type " + p.text() + " of a domain name")
		}
		d.EndpointConfiguration.Types = []string{p.text()}
		return nil
	}},
	{"/endpointConfiguration/ipAddressType", replaceOnly, func(d *agw.DomainName, p patchOp) error {
		if !slices.Contains([]string{"ipv4", "dualstack"}, p.text()) {
			return agw.BadRequestException("ipAddressType must be either ipv4 or dualstack.")
		}
		d.EndpointConfiguration.IpAddressType = p.text()
		return nil
	}},
	{"/mutualTlsAuthentication/truststoreUri", addReplace, unsupported[agw.DomainName]("mutualTlsAuthentication of a domain name")},
	{"/mutualTlsAuthentication/truststoreVersion", addReplace, unsupported[agw.DomainName]("mutualTlsAuthentication of a domain name")},
	{"/ownershipVerificationCertificateArn", addReplace, unsupported[agw.DomainName]("ownershipVerificationCertificateArn of a domain name")},
	{"/routingMode", replaceOnly, func(_ *agw.DomainName, p patchOp) error {
		if p.text() != "BASE_PATH_MAPPING_ONLY" {
			return awserr.Unsupported("the routingMode " + p.text() + " of a domain name")
		}
		return nil
	}},
	{"/policy", replaceOnly, unsupported[agw.DomainName]("policy of a domain name")},
}
