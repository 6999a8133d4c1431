package apigateway

import (
	"testing"

	"cloudless/internal/awserr"
)

func TestPoliciesKnowThingsByTheirPaths(t *testing.T) {
	w := newWorld(t)
	id, root := articleAPI(w)
	for _, want := range []string{
		"apigateway:POST arn:aws:apigateway:us-east-1::/restapis",
		"apigateway:GET arn:aws:apigateway:us-east-1::/restapis/" + id + "/resources",
		"apigateway:PUT arn:aws:apigateway:us-east-1::/restapis/" + id + "/resources/" + root + "/methods/POST",
		"apigateway:PUT arn:aws:apigateway:us-east-1::/restapis/" + id + "/resources/" + root + "/methods/POST/integration",
		"apigateway:PUT arn:aws:apigateway:us-east-1::/restapis/" + id + "/resources/" + root + "/methods/POST/responses/200",
		"apigateway:PUT arn:aws:apigateway:us-east-1::/restapis/" + id + "/resources/" + root + "/methods/POST/integration/responses/200",
		"apigateway:POST arn:aws:apigateway:us-east-1::/restapis/" + id + "/deployments",
	} {
		found := false
		for _, got := range w.authz.asked {
			found = found || got == want
		}
		if !found {
			t.Errorf("nobody asked for %s", want)
		}
	}
}

// TestNobodyReadsOrChangesWithoutPermission calls every operation as somebody
// who may do nothing.
func TestNobodyReadsOrChangesWithoutPermission(t *testing.T) {
	w := newWorld(t)
	for name, operation := range w.API().Operations {
		if operation.Do == nil {
			continue
		}
		for _, action := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "RejectAccessAssociation"} {
			w.authz.deny = "apigateway:" + action
			_, err := operation.Do(t.Context(), w.call, operation.In())
			if awserr.Code(err) == awserr.CodeAccessDenied {
				w.authz.deny = ""
				break
			}
		}
		if w.authz.deny != "" {
			t.Errorf("%s asks for no permission", name)
		}
	}
}
