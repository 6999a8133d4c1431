package apigateway

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	agw "cloudless/internal/api/apigateway"
)

// Private APIs. There are no VPCs here, so a private API answers wherever others
// do, and its policy tells who may call it. Through which VPC endpoint a caller
// comes, which such policies ask for, the host name says, as on AWS:
// "{api}-{endpoint}.execute-api.…". Here that is no more than the caller's word,
// so only callers on this machine are believed.

var vpcEndpointIDs = regexp.MustCompile(`^vpce-[0-9a-z]{1,40}$`)

// checkVpcEndpoints refuses VPC endpoints that could be none, and those of APIs
// that are not private.
func checkVpcEndpoints(c *agw.EndpointConfiguration) error {
	if len(c.VpcEndpointIds) > 0 && !slices.Contains(c.Types, "PRIVATE") {
		return agw.BadRequestException("VPC endpoint IDs are only supported for the endpoint type PRIVATE")
	}
	for _, id := range c.VpcEndpointIds {
		if !vpcEndpointIDs.MatchString(id) {
			return agw.BadRequestException("Invalid VPC endpoint ID: " + id)
		}
	}
	return nil
}

// checkMove refuses what an API's endpoint cannot become. before are the types
// that it had.
func checkMove(before []string, after *agw.EndpointConfiguration) error {
	if slices.Contains(before, "PRIVATE") && slices.Contains(after.Types, "EDGE") {
		return agw.BadRequestException("Cannot update endpoint from PRIVATE to EDGE")
	}
	return checkEndpoint(after)
}

// mergeEndpoint is the endpoint of an API after an import. A document need not
// name the type to name VPC endpoints.
func mergeEndpoint(had, given *agw.EndpointConfiguration) *agw.EndpointConfiguration {
	c := *given
	if len(c.Types) == 0 && had != nil {
		c.Types = had.Types
		if c.IpAddressType == "" {
			c.IpAddressType = had.IpAddressType
		}
	}
	return endpointConfiguration(&c)
}

// patchVpcEndpoints adds a VPC endpoint, or several with commas between, takes
// them away, or puts them in place of all.
func patchVpcEndpoints(a *agw.RestApi, p patchOp) error {
	given := strings.Split(p.text(), ",")
	ids := slices.DeleteFunc(slices.Clone(a.EndpointConfiguration.VpcEndpointIds), func(id string) bool {
		return p.op == "replace" || slices.Contains(given, id)
	})
	if p.op != "remove" && p.text() != "" {
		ids = append(ids, given...)
	}
	if len(ids) == 0 {
		ids = nil
	}
	c := *a.EndpointConfiguration
	c.VpcEndpointIds = ids
	a.EndpointConfiguration = &c
	return nil
}

// keepPrivate takes down the VPC endpoints of a private API that is deployed. It
// is nobody's without a policy.
func (d *deployment) keepPrivate(a *agw.RestApi) error {
	if !slices.Contains(a.EndpointConfiguration.Types, "PRIVATE") {
		return nil
	}
	if a.Policy == nil {
		return agw.BadRequestException("Private REST API doesn't have a resource policy attached to it")
	}
	d.VpcEndpointIds = a.EndpointConfiguration.VpcEndpointIds
	return nil
}

// cutVpcEndpoint takes the VPC endpoint off an id of an API that a host named
// both by, and takes it down.
func (x *exchange) cutVpcEndpoint(apiID string) string {
	id, endpoint, found := strings.Cut(apiID, "-vpce-")
	if found {
		x.call.VpcEndpoint = "vpce-" + endpoint
	}
	return id
}

// cameThrough reports whether a call may have come through the VPC endpoint that
// it names, if any: one of the API's, named on this machine.
func (x *exchange) cameThrough(endpoints []string) bool {
	return x.call.VpcEndpoint == "" || slices.Contains(endpoints, x.call.VpcEndpoint) && onThisMachine(x.call.SourceIP)
}

func onThisMachine(address string) bool {
	ip, err := netip.ParseAddr(address)
	return err == nil && ip.Unmap().IsLoopback()
}
