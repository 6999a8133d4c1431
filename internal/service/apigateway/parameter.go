package apigateway

import (
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
)

// checkRequestParameters refuses mappings.
func checkRequestParameters(i *agw.Integration) error {
	if len(i.RequestParameters) > 0 {
		return awserr.Unsupported("the requestParameters parameter of an integration")
	}
	return nil
}

func checkMappedParameters(_ *agw.Method, r *agw.IntegrationResponse) error {
	if len(r.ResponseParameters) > 0 {
		return awserr.Unsupported("the responseParameters parameter of an integration response")
	}
	return nil
}
