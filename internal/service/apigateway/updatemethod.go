package apigateway

import (
	"context"
	"slices"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// UpdateMethod changes a method by patch operations.
func (s *Service) UpdateMethod(ctx context.Context, call *api.Call, in *agw.UpdateMethodRequest) (*agw.Method, error) {
	if err := s.authorize(ctx, call, "PATCH", methodPath(in.RestApiId, in.ResourceId, in.HttpMethod)...); err != nil {
		return nil, err
	}
	var out agw.Method
	err := s.changeMethod(ctx, call, in.RestApiId, in.ResourceId, in.HttpMethod, func(tx kv.Tx, m *agw.Method) error {
		if err := patch(m, in.PatchOperations, methodRules, refusePlainly); err != nil {
			return err
		}
		dropAuthorizer(m)
		if err := checkMethod(m); err != nil {
			return err
		}
		if err := checkAuthorizerOf(tx, in.RestApiId, m); err != nil {
			return err
		}
		if err := checkValidatorOf(tx, in.RestApiId, m); err != nil {
			return err
		}
		out = *m
		return checkModels(tx, in.RestApiId, m.RequestModels)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// dropAuthorizer forgets the authorizer of a method that asks none.
func dropAuthorizer(m *agw.Method) {
	if t := deref(m.AuthorizationType); t == "NONE" || t == "AWS_IAM" {
		m.AuthorizerId, m.AuthorizationScopes = nil, nil
	}
}

var methodRules = []rule[agw.Method]{
	{"/apiKeyRequired", replaceOnly, func(m *agw.Method, p patchOp) error {
		m.ApiKeyRequired = new(p.text() == "true")
		return nil
	}},
	{"/authorizationType", replaceOnly, text(func(m *agw.Method) **string { return &m.AuthorizationType })},
	{"/authorizerId", replaceOnly, text(func(m *agw.Method) **string { return &m.AuthorizerId })},
	{"/authorizationScopes", addRemove, func(m *agw.Method, p patchOp) error {
		m.AuthorizationScopes = slices.DeleteFunc(slices.Clone(m.AuthorizationScopes), func(s string) bool { return s == p.text() })
		if p.op == "add" {
			m.AuthorizationScopes = append(m.AuthorizationScopes, p.text())
		}
		return nil
	}},
	{"/operationName", replaceOnly, text(func(m *agw.Method) **string { return &m.OperationName })},
	{"/requestValidatorId", replaceOnly, text(func(m *agw.Method) **string { return &m.RequestValidatorId })},
	{"/requestModels/*", allOps, entry(func(m *agw.Method) *map[string]string { return &m.RequestModels }, noSuchContentType())},
	{"/requestParameters/*", allOps, boolEntry(func(m *agw.Method) *map[string]bool { return &m.RequestParameters }, noSuchParameter())},
}

func noSuchContentType() error {
	return agw.NotFoundException("Content-Type specified was not found")
}

func noSuchParameter() error {
	return agw.NotFoundException("Invalid parameter name specified")
}
