package apigateway

import (
	"context"
	"maps"
	"slices"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// gatewayResponse says how the gateway words its refusals of one type.
type gatewayResponse struct {
	Form     int
	Response agw.GatewayResponse
}

// refusalStatus is the status of each type of gateway response; those of the
// defaults for all others have none.
var refusalStatus = map[string]string{
	"ACCESS_DENIED":                  "403",
	"API_CONFIGURATION_ERROR":        "500",
	"AUTHORIZER_CONFIGURATION_ERROR": "500",
	"AUTHORIZER_FAILURE":             "500",
	"BAD_REQUEST_BODY":               "400",
	"BAD_REQUEST_PARAMETERS":         "400",
	"DEFAULT_4XX":                    "",
	"DEFAULT_5XX":                    "",
	"EXPIRED_TOKEN":                  "403",
	"INTEGRATION_FAILURE":            "504",
	"INTEGRATION_TIMEOUT":            "504",
	"INVALID_API_KEY":                "403",
	"INVALID_SIGNATURE":              "403",
	"MISSING_AUTHENTICATION_TOKEN":   "403",
	"QUOTA_EXCEEDED":                 "429",
	"REQUEST_TOO_LARGE":              "413",
	"RESOURCE_NOT_FOUND":             "404",
	"THROTTLED":                      "429",
	"UNAUTHORIZED":                   "401",
	"UNSUPPORTED_MEDIA_TYPE":         "415",
	"WAF_FILTERED":                   "403",
}

// defaultRefusalTemplate is the template of every type that has no other.
const defaultRefusalTemplate = `{"message":$context.error.messageString}`

// fallbackFor returns the type that stands in for one that is not defined.
func fallbackFor(responseType string) string {
	switch status := refusalStatus[responseType]; {
	case status == "":
		return responseType
	case status[0] == '5':
		return "DEFAULT_5XX"
	}
	return "DEFAULT_4XX"
}

// defaultGatewayResponse is what AWS shows of a type that is not defined.
func defaultGatewayResponse(responseType string) *agw.GatewayResponse {
	r := &agw.GatewayResponse{ResponseType: responseType, DefaultResponse: new(true)}
	if status := refusalStatus[responseType]; status != "" {
		r.StatusCode = &status
	}
	fillGatewayResponse(r)
	return r
}

// resolveGatewayResponse returns the response of a type: as it is defined, else
// as the default for all others is, else AWS's.
func resolveGatewayResponse(defined map[string]*agw.GatewayResponse, responseType string) *agw.GatewayResponse {
	if r := defined[responseType]; r != nil {
		return r
	}
	out := defaultGatewayResponse(responseType)
	if r := defined[fallbackFor(responseType)]; r != nil && refusalStatus[responseType] != "" {
		out.ResponseParameters, out.ResponseTemplates = r.ResponseParameters, r.ResponseTemplates
		if r.StatusCode != nil {
			out.StatusCode = r.StatusCode
		}
	}
	return out
}

// fillGatewayResponse puts in what AWS shows where nothing was said.
func fillGatewayResponse(r *agw.GatewayResponse) {
	if r.ResponseParameters == nil {
		r.ResponseParameters = map[string]string{}
	}
	if len(r.ResponseTemplates) == 0 {
		r.ResponseTemplates = map[string]string{"application/json": defaultRefusalTemplate}
	}
}

// checkGatewayResponse refuses a response that could not be given.
func checkGatewayResponse(r *agw.GatewayResponse) error {
	for _, target := range slices.Sorted(maps.Keys(r.ResponseParameters)) {
		name, ok := strings.CutPrefix(target, refusalHeader)
		if !ok || name == "" {
			return invalidMapping(target)
		}
		expression := r.ResponseParameters[target]
		if expression == "" {
			return agw.BadRequestException("Invalid null or empty value in responseParameters")
		}
		if _, ok := parseSource(expression, requestPrefix, placesOfRefusal); !ok {
			return invalidMapping(expression)
		}
	}
	for _, text := range r.ResponseTemplates {
		if len(text) > maxTemplateBytes {
			return agw.BadRequestException("Mapping templates may not exceed 300 KB")
		}
	}
	return nil
}

func responsesByType(all []*gatewayResponse) map[string]*agw.GatewayResponse {
	out := make(map[string]*agw.GatewayResponse, len(all))
	for _, r := range all {
		out[r.Response.ResponseType] = &r.Response
	}
	return out
}

// readGatewayResponses reads what an API of the caller defines.
func readGatewayResponses(r kv.Reader, call *api.Call, apiID string) (map[string]*agw.GatewayResponse, error) {
	if _, err := findAPI(r, call, apiID); err != nil {
		return nil, err
	}
	all, err := loadAll[gatewayResponse](r, gatewayResponses.prefix(apiID))
	if err != nil {
		return nil, err
	}
	return responsesByType(all), nil
}

// changeGatewayResponse changes the response of one type, nil for one that is
// not defined. change returns what it is to be; nil takes it away.
func (s *Service) changeGatewayResponse(ctx context.Context, call *api.Call, apiID, responseType string, change func(old *agw.GatewayResponse) (*agw.GatewayResponse, error)) error {
	key := gatewayResponses.key(apiID, responseType)
	claims := kv.Claims{Write: [][]byte{key}, Read: [][]byte{apiKey(apiID)}}
	return s.store.Update(ctx, claims, func(tx kv.Tx) error {
		if _, err := findAPI(tx, call, apiID); err != nil {
			return err
		}
		var old *agw.GatewayResponse
		kept, err := load[gatewayResponse](tx, key)
		if orElse(err, nil) != nil {
			return err
		}
		if err == nil {
			old = &kept.Response
		}
		r, err := change(old)
		if err != nil {
			return err
		}
		if r == nil {
			tx.Delete(key)
			return nil
		}
		return save(tx, key, &gatewayResponse{Form: form, Response: *r})
	})
}
