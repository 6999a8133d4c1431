package apigateway

import (
	"context"
	"slices"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// PutMethod adds a method to a resource.
func (s *Service) PutMethod(ctx context.Context, call *api.Call, in *agw.PutMethodRequest) (*agw.Method, error) {
	if err := s.authorize(ctx, call, "PUT", methodPath(in.RestApiId, in.ResourceId, in.HttpMethod)...); err != nil {
		return nil, err
	}
	if !slices.Contains(httpMethods, in.HttpMethod) {
		return nil, agw.BadRequestException("Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY")
	}
	m := &agw.Method{
		ApiKeyRequired:      new(deref(in.ApiKeyRequired)),
		AuthorizationScopes: in.AuthorizationScopes,
		AuthorizationType:   new(in.AuthorizationType),
		AuthorizerId:        in.AuthorizerId,
		HttpMethod:          new(in.HttpMethod),
		OperationName:       in.OperationName,
		RequestModels:       in.RequestModels,
		RequestParameters:   in.RequestParameters,
		RequestValidatorId:  in.RequestValidatorId,
	}
	dropAuthorizer(m)
	if err := checkMethod(m); err != nil {
		return nil, err
	}
	err := s.changeResource(ctx, call, in.RestApiId, in.ResourceId, func(tx kv.Tx, r *resource) error {
		if r.Methods[in.HttpMethod] != nil {
			return agw.ConflictException("Method already exists for this resource")
		}
		if err := checkAuthorizerOf(tx, in.RestApiId, m); err != nil {
			return err
		}
		if err := checkValidatorOf(tx, in.RestApiId, m); err != nil {
			return err
		}
		if err := checkModels(tx, in.RestApiId, m.RequestModels); err != nil {
			return err
		}
		if r.Methods == nil {
			r.Methods = map[string]*agw.Method{}
		}
		r.Methods[in.HttpMethod] = m
		return nil
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}
