package apigateway

import (
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/keys"
)

// accessAssociation lets a private domain name be called through a VPC endpoint.
// It is the consumer's; what the domain name knows of it is an accessGrant.
type accessAssociation struct {
	Form        int
	Association agw.DomainNameAccessAssociation
}

// accessGrant is an access association as the domain name has it.
type accessGrant struct {
	Form     int
	Account  string // the consumer's
	Region   string
	Source   string // the VPC endpoint
	Rejected bool   `json:",omitempty"`
}

var accessAssociations = kind[accessAssociation]{
	name: "domainnameaccessassociations",
	refuse: func() error {
		return agw.NotFoundException("Invalid domain name access association identifier specified")
	},
	tags: func(a *accessAssociation) *map[string]string { return &a.Association.Tags },
}

// accessPrefix begins the grants of a private domain name.
func accessPrefix(domainID string) []byte {
	return keys.Encode("apigateway", "domain", domainID, "access")
}

func accessKey(domainID, account, source string) []byte {
	return keys.Encode("apigateway", "domain", domainID, "access", account, source)
}

// associationID is what stands in the ARN of an association behind its kind.
func associationID(domainID, source string) string {
	return "domainname/" + domainID + "/vpcesource/" + source
}

// privateARN takes the ARN of a private domain name apart, in the region of the
// call.
func privateARN(call *api.Call, arn string) (account, domainID string, err error) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) == 6 && parts[2] == "apigateway" && parts[3] == call.Region {
		if id, found := strings.CutPrefix(parts[5], "/"+domainNames.name+"/"); found && isPrivateID(id) {
			return parts[4], id, nil
		}
	}
	return "", "", agw.BadRequestException("Invalid domain name ARN specified: " + arn)
}

// associationARN takes the ARN of an association apart.
func associationARN(arn string) (account, id, domainID, source string, err error) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) == 6 && parts[2] == "apigateway" {
		if id, found := strings.CutPrefix(parts[5], "/"+accessAssociations.name+"/"); found {
			if p := strings.Split(id, "/"); len(p) == 4 && p[0] == "domainname" && p[2] == "vpcesource" {
				return parts[4], id, p[1], p[3], nil
			}
		}
	}
	return "", "", "", "", agw.BadRequestException("Invalid domain name access association ARN specified: " + arn)
}
