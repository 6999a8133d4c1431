package apigateway

import (
	"strings"

	agw "cloudless/internal/api/apigateway"
)

// maxTags is how many tags something may have.
const maxTags = 50

// checkTags refuses tags that AWS refuses.
func checkTags(tags map[string]string) error {
	if len(tags) > maxTags {
		return agw.BadRequestException("Too many tags. A maximum of 50 tags is allowed")
	}
	for name := range tags {
		if strings.HasPrefix(strings.ToLower(name), "aws:") {
			return agw.BadRequestException("Tag keys starting with 'aws:' are reserved for system use")
		}
	}
	return nil
}
