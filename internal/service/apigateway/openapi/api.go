package openapi

import agw "cloudless/internal/api/apigateway"

// API is a REST API as a document describes it. What refers to something else
// of the API does so by its name: [agw.Method.AuthorizerId] holds the name of an
// authorizer and RequestValidatorId that of a validator. Ids are not set.
type API struct {
	Title       string
	Description *string
	Version     *string
	BasePath    string // such as "/v1/pets", or ""

	APIKeySource              string   // "HEADER", "AUTHORIZER" or ""
	BinaryMediaTypes          []string // nil: the document does not say
	MinimumCompressionSize    *int64
	Policy                    *string // JSON
	Endpoint                  *agw.EndpointConfiguration
	DisableExecuteApiEndpoint *bool
	SecurityPolicy            string
	EndpointAccessMode        string

	Models           []agw.Model
	Authorizers      []agw.Authorizer
	Validators       []agw.RequestValidator
	GatewayResponses []agw.GatewayResponse

	Resources []Resource // in the order of their paths

	DocumentationVersion string // "" for none
	Documentation        []agw.DocumentationPart
}

// Resource is a path with the methods on it.
type Resource struct {
	Path    string                 // such as "/pets/{id}"
	Methods map[string]*agw.Method // by HTTP method, in capitals
}

// Problem is why a document cannot be read. It is fit for the caller.
type Problem string

func (p Problem) Error() string { return string(p) }

// invalidInput is what AWS says of what is no OpenAPI document.
const invalidInput Problem = "Invalid OpenAPI input."
