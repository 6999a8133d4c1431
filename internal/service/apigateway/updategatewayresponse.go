package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// UpdateGatewayResponse changes the gateway response of one type by patch
// operations. A type that the API does not define yet is defined by it.
func (s *Service) UpdateGatewayResponse(ctx context.Context, call *api.Call, in *agw.UpdateGatewayResponseRequest) (*agw.GatewayResponse, error) {
	if err := s.authorize(ctx, call, "PATCH", "restapis", in.RestApiId, "gatewayresponses", in.ResponseType); err != nil {
		return nil, err
	}
	var out *agw.GatewayResponse
	err := s.changeGatewayResponse(ctx, call, in.RestApiId, in.ResponseType, func(old *agw.GatewayResponse) (*agw.GatewayResponse, error) {
		if out = old; out == nil {
			out = defaultGatewayResponse(in.ResponseType)
		}
		if err := patch(out, in.PatchOperations, gatewayResponseRules, refuseByName); err != nil {
			return nil, err
		}
		out.DefaultResponse = new(false)
		fillGatewayResponse(out)
		return out, checkGatewayResponse(out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// refuseByName says of every operation that finds no rule that its path is
// wrong.
func refuseByName(_, path string, _ []patchable) error {
	return agw.BadRequestException("Invalid patch path " + path)
}

var gatewayResponseRules = []rule[agw.GatewayResponse]{
	{"/statusCode", replaceOnly, text(func(r *agw.GatewayResponse) **string { return &r.StatusCode })},
	{"/responseParameters/*", allOps, valued("responseParameters",
		entry(func(r *agw.GatewayResponse) *map[string]string { return &r.ResponseParameters }, noSuchParameter()))},
	{"/responseTemplates/*", allOps, valued("responseTemplates",
		entry(func(r *agw.GatewayResponse) *map[string]string { return &r.ResponseTemplates }, noSuchContentType()))},
}

// valued refuses to set nothing.
func valued(what string, apply func(*agw.GatewayResponse, patchOp) error) func(*agw.GatewayResponse, patchOp) error {
	return func(r *agw.GatewayResponse, p patchOp) error {
		if p.op != "remove" && p.text() == "" {
			return agw.BadRequestException("Invalid null or empty value in " + what)
		}
		return apply(r, p)
	}
}
