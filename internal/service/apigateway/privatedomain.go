package apigateway

import (
	"context"
	"slices"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// Private domain names are no one account's: whose is meant, an id tells. They
// are called through VPC endpoints that have been given access to them, and have
// a policy of their own beside that of the API. As with private APIs, nothing but
// the call itself says which way it came: a call on this machine is taken for one
// through the first of the VPC endpoints that have access.
//
//	("apigateway", "privatename", name, id)                     nothing: there is such a name
//	("apigateway", "domain", name+id, "access", account, source)  accessGrant

// domainID is how a domain name is kept: as it is, or if private with its id, as
// in its ARN.
func domainID(name string, id *string) string {
	if deref(id) == "" {
		return lowerName(name)
	}
	return lowerName(name) + "+" + *id
}

// id is domainID of a domain name.
func (d *domainName) id() string { return domainID(*d.Domain.DomainName, d.Domain.DomainNameId) }

func isPrivateID(id string) bool { return strings.Contains(id, "+") }

func privateNameKey(name, id string) []byte {
	return keys.Encode("apigateway", "privatename", name, id)
}

// domainPolicyARN is what policies of execute-api call a private domain name.
func domainPolicyARN(call *api.Call, id string) string {
	return call.ARN("execute-api", "/"+domainNames.name+"/"+id)
}

// checkPrivateDomain refuses what a private domain name cannot be, and policies
// of others.
func checkPrivateDomain(d *agw.DomainName) error {
	private := slices.Contains(d.EndpointConfiguration.Types, "PRIVATE")
	switch {
	case !private && (d.Policy != nil || d.ManagementPolicy != nil):
		return agw.BadRequestException("Policies are only supported for private domain names")
	case !private:
		return nil
	case strings.HasPrefix(*d.DomainName, "*."):
		return agw.BadRequestException("Wildcard domain names are not supported for the endpoint type PRIVATE")
	case d.EndpointConfiguration.IpAddressType != "dualstack":
		return agw.BadRequestException("Only dualstack ipAddressType is supported for private domain names.")
	case len(d.EndpointConfiguration.VpcEndpointIds) > 0:
		return agw.BadRequestException("VPC endpoint IDs are not supported for domain names")
	}
	return nil
}

// checkDomainPolicies refuses what are no policies. Unlike those of APIs they are
// shown as they were given: Terraform's provider, which unquotes those, does not
// expect it of these.
func (s *Service) checkDomainPolicies(d *agw.DomainName) error {
	for _, document := range []*string{d.Policy, d.ManagementPolicy} {
		if document == nil {
			continue
		}
		if err := s.policies.Check(*document); err != nil {
			return agw.BadRequestException("Invalid policy document. Please check the policy syntax and ensure that Principals are valid.")
		}
	}
	return nil
}

// invokePolicy is the policy of a private domain name's calls, in which the
// resource that is written short is the domain name.
func invokePolicy(arn string, d *agw.DomainName) string {
	return strings.ReplaceAll(deref(d.Policy), `"execute-api:/*"`, `"`+arn+`"`)
}

// document is the patch of a policy.
func document(field func(*agw.DomainName) **string) func(*agw.DomainName, patchOp) error {
	return func(d *agw.DomainName, p patchOp) error {
		*field(d) = nil
		if p.text() != "" {
			*field(d) = p.value
		}
		return nil
	}
}

// privateAt finds the private domain name that a host is, of which there may be
// several: the first to which a VPC endpoint has access.
func privateAt(r kv.Reader, host string) (*domain, error) {
	ids, err := lastElements(r, keys.Encode("apigateway", "privatename", host))
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		id := domainID(host, &id)
		grants, err := loadAll[accessGrant](r, accessPrefix(id))
		if err != nil {
			return nil, err
		}
		if len(grants) == 0 {
			continue
		}
		owner, err := load[domainOwner](r, domainKey(id))
		if err != nil {
			return nil, err
		}
		// Where all are rejected, the call is to be told so.
		first := slices.IndexFunc(grants, func(g *accessGrant) bool { return !g.Rejected })
		return &domain{id: id, owner: owner, access: grants[max(0, first)]}, nil
	}
	return nil, nil
}

// judgeAccess asks whether a call under a private domain name may go on to the
// API, whose own policy is asked later.
func (s *Service) judgeAccess(x *exchange, d *domain) error {
	if d.access.Rejected || d.owner.Policy == "" {
		x.untrusted = forbidden()
		return nil
	}
	if onThisMachine(x.call.SourceIP) {
		x.call.VpcEndpoint = d.access.Source
	}
	call := *x.call
	call.Account, call.Region, call.Principal = d.owner.Account, d.owner.Region, api.Principal{Type: api.PrincipalAnonymous}
	err := s.authz.Authorize(x.request.Context(), &call, actionInvoke, d.owner.ARN, api.WithResourcePolicy(d.owner.Policy))
	if awserr.Code(err) == awserr.CodeAccessDenied {
		x.untrusted = accessDenied(strings.ReplaceAll(awserr.From(err).Message, d.owner.ARN, maskAccount(d.owner.ARN, d.owner.Account)))
		return nil
	}
	return err
}

// mayAssociate tells whether the policy of a private domain name of another
// account lets the caller associate VPC endpoints with it. The error is the
// refusal.
func (s *Service) mayAssociate(ctx context.Context, call *api.Call, d *domainName) error {
	var facts []api.Fact
	if document := deref(d.Domain.ManagementPolicy); document != "" {
		facts = append(facts, api.WithResourcePolicy(document))
	}
	return s.authz.Authorize(ctx, call, "apigateway:CreateAccessAssociation", *d.Domain.DomainNameArn, facts...)
}
