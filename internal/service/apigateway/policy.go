package apigateway

import (
	"encoding/json"
	"strings"

	agw "cloudless/internal/api/apigateway"
)

// A policy of an API is kept as AWS shows it: as the inside of a JSON string,
// so that clients unquote it once more than they would have to. Terraform does.

// setPolicy gives an API a policy, or takes it away where document is empty.
// Resources that are written short, such as "execute-api:/prod/GET/*", are
// written out: they mean this API.
func (s *Service) setPolicy(a *restAPI, document string) error {
	if document == "" {
		a.API.Policy = nil
		return nil
	}
	if err := s.policies.Check(document); err != nil {
		return agw.BadRequestException("Invalid policy document. Please check the policy syntax and ensure that Principals are valid.")
	}
	arn := "arn:aws:execute-api:" + a.Region + ":" + a.Account + ":" + *a.API.Id + "/"
	a.API.Policy = new(escapeDocument(strings.ReplaceAll(document, `"execute-api:/`, `"`+arn)))
	return nil
}

// policyDocument returns the policy of an API as it was given, or "".
func policyDocument(a *agw.RestApi) string {
	var document string
	if a.Policy == nil || json.Unmarshal([]byte(`"`+*a.Policy+`"`), &document) != nil {
		return ""
	}
	return document
}

// escapeDocument writes a document as the inside of a JSON string.
func escapeDocument(document string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(document) // a string is always JSON
	return strings.TrimSuffix(strings.TrimPrefix(b.String(), `"`), "\"\n")
}
