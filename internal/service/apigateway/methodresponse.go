package apigateway

import (
	"strings"

	agw "cloudless/internal/api/apigateway"
)

// checkResponseParameters refuses names of headers of a method's response that
// are not written as "method.response.header.Name".
func checkResponseParameters[V any](parameters map[string]V) error {
	for name := range parameters {
		if header, ok := strings.CutPrefix(name, "method.response.header."); !ok || header == "" {
			return agw.BadRequestException("Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: " + name + "]")
		}
	}
	return nil
}
