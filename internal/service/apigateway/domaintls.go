package apigateway

import (
	"context"
	"crypto/tls"
	"slices"
	"strings"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// Handshake tells how TLS is spoken under the custom domain name that a host is,
// or with the API that it names: the lowest version, 0 for whatever the server
// takes elsewhere, and whether a client has to bring a certificate.
func (s *Service) Handshake(ctx context.Context, host, apiID string) (lowest uint16, certificate bool, err error) {
	if apiID != "" {
		lowest, err := s.lowestOf(ctx, apiID)
		return lowest, false, err
	}
	d, err := view(ctx, s, func(r kv.Reader) (*domain, error) { return ownerAt(r, host) })
	if err != nil || d == nil {
		return 0, false, err
	}
	return lowestTLS(d.owner.SecurityPolicy), d.owner.Truststore != "", nil
}

// lowestOf is the lowest version of TLS that an API takes; 0 where it has no
// security policy, and for APIs that nobody has.
func (s *Service) lowestOf(ctx context.Context, apiID string) (uint16, error) {
	id, _, _ := strings.Cut(apiID, "-vpce-")
	a, err := view(ctx, s, func(r kv.Reader) (*restAPI, error) { return load[restAPI](r, apiKey(id)) })
	if err != nil || a.API.SecurityPolicy == "" {
		return 0, orElse(err, nil)
	}
	return lowestTLS(a.API.SecurityPolicy), nil
}

// checkAPISecurity is checkSecurityPolicy for an API, which need not have a
// policy.
func checkAPISecurity(policy, accessMode string, endpoint *agw.EndpointConfiguration) error {
	if policy == "" && accessMode == "" {
		return nil
	}
	if policy == "" {
		return agw.BadRequestException("An endpoint access mode requires a security policy")
	}
	return checkSecurityPolicy(policy, accessMode, endpoint.Types[0])
}

// lowestTLS is the lowest version of TLS that a security policy takes. Of the
// ciphers that policies name as well, a server whose keys are ECDSA's and which
// speaks TLS 1.2 and later has only the forward-secret ones.
func lowestTLS(policy string) uint16 {
	switch {
	case policy == "TLS_1_0":
		return tls.VersionTLS10
	case strings.Contains(policy, "_TLS13_1_3_"), policy == "SecurityPolicy_TLS13_2025_EDGE":
		return tls.VersionTLS13
	}
	return tls.VersionTLS12
}

// securityPolicies are those that AWS has, and the endpoint types that may have
// them.
var securityPolicies = map[string][]string{
	"TLS_1_0":                                      {"EDGE", "REGIONAL"},
	"TLS_1_2":                                      {"EDGE", "REGIONAL", "PRIVATE"},
	"SecurityPolicy_TLS13_1_3_2025_09":             {"REGIONAL", "PRIVATE"},
	"SecurityPolicy_TLS13_1_3_FIPS_2025_09":        {"REGIONAL", "PRIVATE"},
	"SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09":      {"REGIONAL", "PRIVATE"},
	"SecurityPolicy_TLS13_1_2_FIPS_PQ_2025_09":     {"REGIONAL", "PRIVATE"},
	"SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09": {"REGIONAL", "PRIVATE"},
	"SecurityPolicy_TLS13_1_2_PQ_2025_09":          {"REGIONAL", "PRIVATE"},
	"SecurityPolicy_TLS13_1_2_2021_06":             {"REGIONAL", "PRIVATE"},
	"SecurityPolicy_TLS13_2025_EDGE":               {"EDGE"},
	"SecurityPolicy_TLS12_PFS_2025_EDGE":           {"EDGE"},
	"SecurityPolicy_TLS12_2018_EDGE":               {"EDGE"},
}

// checkSecurityPolicy refuses a policy that the endpoint type cannot have. The
// newer policies come with an endpoint access mode.
func checkSecurityPolicy(policy, accessMode, endpointType string) error {
	newer := strings.HasPrefix(policy, "SecurityPolicy_")
	switch {
	case securityPolicies[policy] == nil:
		return agw.BadRequestException("Invalid security policy specified: " + policy)
	case !slices.Contains(securityPolicies[policy], endpointType):
		return agw.BadRequestException("The security policy " + policy + " is not supported for the endpoint type " + endpointType)
	case accessMode != "" && accessMode != "BASIC" && accessMode != "STRICT":
		return agw.BadRequestException("Invalid endpoint access mode specified: " + accessMode)
	case newer && accessMode == "":
		return agw.BadRequestException("An endpoint access mode is required for the security policy " + policy)
	case !newer && accessMode == "STRICT":
		return agw.BadRequestException("The endpoint access mode STRICT is not supported for the security policy " + policy)
	}
	return nil
}
