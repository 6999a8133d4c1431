package apigateway

import (
	"regexp"
	"slices"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// domainName is a name of the user's own under which APIs are called. A name is
// one account's in one region, whoever else would have it: a call says no more
// than the name.
//
//	("apigateway", "kept", account, region, "domainnames", name)  domainName
//	("apigateway", "domain", name)                                domainOwner
//	("apigateway", "domain", name, "mapping", basePath)           basePathMapping
//	("apigateway", "domain", name, "truststore")                  truststoreRecord
type domainName struct {
	Form       int
	Domain     agw.DomainName
	Truststore string `json:",omitempty"` // the id of its truststoreRecord, or ""
}

// domainOwner tells whose a domain name is, and what calls under it have to
// know.
type domainOwner struct {
	Form           int
	Account        string
	Region         string
	SecurityPolicy string `json:",omitempty"` // "" is TLS_1_2
	Strict         bool   `json:",omitempty"` // the endpoint access mode
	Truststore     string `json:",omitempty"` // the id of its truststoreRecord; "" without mutual TLS
	RoutingMode    string `json:",omitempty"` // "" is BASE_PATH_MAPPING_ONLY

	// Of a private domain name alone.
	ARN    string `json:",omitempty"` // as policies of execute-api have it
	Policy string `json:",omitempty"` // as a document
}

func ownerOf(call *api.Call, d *domainName) *domainOwner {
	o := &domainOwner{Form: form, Account: call.Account, Region: call.Region, SecurityPolicy: d.Domain.SecurityPolicy,
		Strict: d.Domain.EndpointAccessMode == "STRICT", Truststore: d.Truststore, RoutingMode: d.Domain.RoutingMode}
	if d.Domain.DomainNameId != nil {
		o.ARN = domainPolicyARN(call, d.id())
		o.Policy = invokePolicy(o.ARN, &d.Domain)
	}
	return o
}

// basePathMapping says which API, and which of its stages, the paths below a
// base path lead to.
type basePathMapping struct {
	Form    int
	Mapping agw.BasePathMapping // its base path is "(none)" for all other paths
}

// noBasePath is how AWS writes the base path of all paths.
const noBasePath = "(none)"

var domainNames = kind[domainName]{
	name:   "domainnames",
	refuse: func() error { return agw.NotFoundException("Invalid domain name identifier specified") },
	tags:   func(d *domainName) *map[string]string { return &d.Domain.Tags },
}

// domainKey is where the owner of a domain name is, and begins its mappings.
func domainKey(name string) []byte { return keys.Encode("apigateway", "domain", name) }

func mappingKey(name, basePath string) []byte {
	return keys.Encode("apigateway", "domain", name, "mapping", basePath)
}

func mappingPrefix(name string) []byte { return keys.Encode("apigateway", "domain", name, "mapping") }

func truststoreKey(name string) []byte {
	return keys.Encode("apigateway", "domain", name, "truststore")
}

func noSuchMapping() error {
	return agw.NotFoundException("Invalid base path mapping identifier specified")
}

// findMapping reads a mapping of a domain name of the caller.
func findMapping(r kv.Reader, call *api.Call, name, basePath string) (*basePathMapping, error) {
	if _, err := domainNames.find(r, call, name); err != nil {
		return nil, err
	}
	m, err := load[basePathMapping](r, mappingKey(name, basePathOf(&basePath)))
	if err != nil {
		return nil, orElse(err, noSuchMapping())
	}
	return m, nil
}

// basePathOf writes a base path as it is kept.
func basePathOf(path *string) string {
	if p := deref(path); p != "" {
		return p
	}
	return noBasePath
}

var (
	domainLabels = regexp.MustCompile(`^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	basePaths    = regexp.MustCompile(`^[a-zA-Z0-9$_.+!*'()-]{1,300}$`)
	certificates = regexp.MustCompile(`^arn:aws[a-z-]*:(acm|iam):[a-z0-9-]*:\d{12}:.+$`)
)

// checkDomain refuses a domain name that could not be served as it says.
func checkDomain(d *agw.DomainName) error {
	if name := *d.DomainName; len(name) > 253 || !domainLabels.MatchString(name) {
		return agw.BadRequestException("Invalid domain name: " + name)
	}
	regional := slices.Contains(d.EndpointConfiguration.Types, "REGIONAL")
	certificate := d.CertificateArn
	if regional {
		certificate = d.RegionalCertificateArn
	}
	switch {
	case len(d.EndpointConfiguration.Types) > 1:
		return agw.BadRequestException("Cannot create a domain name with multiple Endpoint Types.")
	case deref(certificate) == "":
		return agw.BadRequestException("A certificate ARN is required for a domain name of this endpoint type")
	case !certificates.MatchString(*certificate):
		return agw.BadRequestException("Invalid certificate ARN: " + *certificate)
	case !slices.Contains([]string{"BASE_PATH_MAPPING_ONLY", "ROUTING_RULE_ONLY", "ROUTING_RULE_THEN_BASE_PATH_MAPPING"}, d.RoutingMode):
		return agw.BadRequestException("Invalid routing mode specified: " + d.RoutingMode)
	case d.OwnershipVerificationCertificateArn != nil && !certificates.MatchString(*d.OwnershipVerificationCertificateArn):
		return agw.BadRequestException("Invalid certificate ARN: " + *d.OwnershipVerificationCertificateArn)
	case d.MutualTlsAuthentication != nil && !regional:
		return agw.BadRequestException("Mutual TLS is only supported for domain names of the endpoint type REGIONAL")
	case d.MutualTlsAuthentication != nil && d.SecurityPolicy == "TLS_1_0":
		return agw.BadRequestException("Mutual TLS requires a security policy of TLS_1_2 or higher")
	}
	if err := checkPrivateDomain(d); err != nil {
		return err
	}
	return checkSecurityPolicy(d.SecurityPolicy, d.EndpointAccessMode, d.EndpointConfiguration.Types[0])
}

// checkBasePath refuses what cannot be a base path.
func checkBasePath(path string) error {
	if path == noBasePath || basePaths.MatchString(path) {
		return nil
	}
	return agw.BadRequestException("API Gateway V1 doesn't support the slash character (/) in base path mappings. To create a multi-level base path mapping, use API Gateway V2.")
}

// checkMapped refuses a mapping that leads nowhere.
func checkMapped(r kv.Reader, call *api.Call, id string, m *agw.BasePathMapping) error {
	a, err := findAPI(r, call, deref(m.RestApiId))
	if err != nil {
		return agw.BadRequestException("Invalid REST API identifier specified")
	}
	if slices.Contains(a.API.EndpointConfiguration.Types, "PRIVATE") != isPrivateID(id) {
		return agw.BadRequestException("Private APIs can only be mapped to private domain names, and other APIs to public ones")
	}
	if deref(m.Stage) == "" {
		m.Stage = nil
		return nil
	}
	if _, err := findStage(r, call, *m.RestApiId, *m.Stage); err != nil {
		return orElse(hideNotFound(err), agw.BadRequestException("Invalid stage identifier specified"))
	}
	return nil
}

// regionalZones are the hosted zones of AWS's regional endpoints, for aliases
// in Route 53.
var regionalZones = map[string]string{
	"ap-northeast-1": "Z1YSHQZHG15GKL", "ap-northeast-2": "Z20JF4UZKIW1U8", "ap-south-1": "Z3VO1THU9YC4UR",
	"ap-southeast-1": "ZL327KTPIQFUL", "ap-southeast-2": "Z2RPCDW04V8134", "ca-central-1": "Z19DQILCV0OWEC",
	"eu-central-1": "Z1U9ULNL0V5AJ3", "eu-north-1": "Z3UWIKFBOOGXPP", "eu-west-1": "ZLY8HYME6SFDD", "eu-west-2": "ZJ5UAJN8Y3Z2Q",
	"eu-west-3": "Z3KY65QIEKYHQQ", "sa-east-1": "ZCMLWB8V5SYIT", "us-east-1": "Z1UJRXOUMOOFQ8", "us-east-2": "ZOJJZC49E0EPZ",
	"us-west-1": "Z2MUQ32089INYE", "us-west-2": "Z2OJLYMUO9EFXC",
}

// cloudFrontZone is the hosted zone of all CloudFront distributions.
const cloudFrontZone = "Z2FDTNDATAQYW2"

// place gives a domain name the names that its own is an alias of.
func (s *Service) place(call *api.Call, d *agw.DomainName) {
	if d.DomainNameId != nil {
		return
	}
	if slices.Contains(d.EndpointConfiguration.Types, "REGIONAL") {
		if d.RegionalDomainName == nil {
			d.RegionalDomainName = new("d-" + newID(s.clock, apiIDLength) + ".execute-api." + call.Region + ".amazonaws.com")
			d.RegionalHostedZoneId = new(regionalZones[call.Region])
		}
		return
	}
	if d.DistributionDomainName == nil {
		d.DistributionDomainName = new("d" + newID(s.clock, 13) + ".cloudfront.net")
		d.DistributionHostedZoneId = new(cloudFrontZone)
	}
}

// lowerName is a domain name as it is kept: names have no case.
func lowerName(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }
