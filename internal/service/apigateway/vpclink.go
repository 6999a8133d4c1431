package apigateway

import (
	"regexp"

	agw "cloudless/internal/api/apigateway"
)

// vpcLink is a way into a VPC. There are no VPCs here: it is kept and shown, and
// integrations that ask for one are refused.
type vpcLink struct {
	Form int
	Link agw.VpcLink
}

var vpcLinks = kind[vpcLink]{
	name:   "vpclinks",
	refuse: func() error { return agw.NotFoundException("Invalid Vpc Link identifier specified") },
	tags:   func(l *vpcLink) *map[string]string { return &l.Link.Tags },
}

var loadBalancerARN = regexp.MustCompile(`^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:.+$`)

// checkVpcLink refuses a link that AWS refuses.
func checkVpcLink(l *agw.VpcLink) error {
	if deref(l.Name) == "" {
		return agw.BadRequestException("Name cannot be empty")
	}
	for _, arn := range l.TargetArns {
		if !loadBalancerARN.MatchString(arn) {
			return agw.BadRequestException("Invalid ARN. ARN is not well formed " + arn)
		}
	}
	return nil
}
