package apigateway

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// validate refuses a request without what the method requires of it, where the
// method's validator looks.
func (x *exchange) validate() error {
	v := x.deployed.validators[deref(x.method.RequestValidatorId)]
	if v == nil {
		return nil
	}
	if deref(v.ValidateRequestParameters) {
		return x.validateParameters()
	}
	return nil
}

// validateParameters refuses a request without a parameter that the method
// requires. One that is empty is none.
func (x *exchange) validateParameters() error {
	var missing []string
	for _, parameter := range slices.Sorted(maps.Keys(x.method.RequestParameters)) {
		if !x.method.RequestParameters[parameter] {
			continue
		}
		src, ok := parseSource(parameter, requestPrefix, placesOfRequest)
		if ok && strings.Join(x.requestValues(src), "") == "" {
			missing = append(missing, src.name)
		}
	}
	if missing == nil {
		return nil
	}
	return badParameters(missing)
}

// badParameters answers a request that lacks parameters.
func badParameters(missing []string) *refusal {
	return &refusal{kind: "BAD_REQUEST_PARAMETERS", status: http.StatusBadRequest, errorType: "BadRequestException",
		message: "Missing required request parameters: [" + strings.Join(missing, ", ") + "]", early: true}
}
