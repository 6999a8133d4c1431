package apigateway

import (
	"context"
	"slices"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// UpdateDomainName changes a domain name.
func (s *Service) UpdateDomainName(ctx context.Context, call *api.Call, in *agw.UpdateDomainNameRequest) (*agw.DomainName, error) {
	name := domainID(in.DomainName, in.DomainNameId)
	if err := s.authorize(ctx, call, "PATCH", domainNames.name, name); err != nil {
		return nil, err
	}
	change := func(r kv.Reader) (*domainName, error) {
		d, err := domainNames.find(r, call, name)
		if err != nil {
			return nil, err
		}
		if err := patch(&d.Domain, in.PatchOperations, domainNameRules, refuseByPath); err != nil {
			return nil, err
		}
		if err := s.checkDomainPolicies(&d.Domain); err != nil {
			return nil, err
		}
		s.place(call, &d.Domain)
		return d, checkDomain(&d.Domain)
	}
	trust, err := s.newTruststore(ctx, call, in.PatchOperations, change)
	if err != nil {
		return nil, err
	}
	var out *domainName
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{domainKey(name), domainNames.key(call, name)}}, func(tx kv.Tx) error {
		if out, err = change(tx); err != nil {
			return err
		}
		if err := trust.giveTo(out); err != nil {
			return err
		}
		return saveDomain(tx, call, out, trust)
	})
	if err != nil {
		return nil, err
	}
	return &out.Domain, nil
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
		if d.DomainNameId != nil || !slices.Contains([]string{"REGIONAL", "EDGE"}, p.text()) {
			return agw.BadRequestException("Domain names cannot be moved to the endpoint type PRIVATE, nor from it")
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
	{"/endpointAccessMode", replaceOnly, func(d *agw.DomainName, p patchOp) error {
		d.EndpointAccessMode = p.text()
		return nil
	}},
	{"/mutualTlsAuthentication/truststoreUri", allOps, patchTruststoreURI},
	{"/mutualTlsAuthentication/truststoreVersion", allOps, patchTruststoreVersion},
	{"/ownershipVerificationCertificateArn", allOps, func(d *agw.DomainName, p patchOp) error {
		d.OwnershipVerificationCertificateArn = nil
		if p.op != "remove" && p.text() != "" {
			d.OwnershipVerificationCertificateArn = p.value
		}
		return nil
	}},
	{"/routingMode", replaceOnly, func(d *agw.DomainName, p patchOp) error {
		d.RoutingMode = p.text()
		return nil
	}},
	{"/policy", replaceOnly, document(func(d *agw.DomainName) **string { return &d.Policy })},
	{"/managementPolicy", replaceOnly, document(func(d *agw.DomainName) **string { return &d.ManagementPolicy })},
}
