package apigateway

import (
	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// API returns the operations that the service answers.
func (s *Service) API() *api.Service {
	return agw.Handlers{
		CreateDeployment:       s.CreateDeployment,
		CreateResource:         s.CreateResource,
		CreateRestApi:          s.CreateRestApi,
		GetResources:           s.GetResources,
		GetRestApis:            s.GetRestApis,
		PutIntegration:         s.PutIntegration,
		PutIntegrationResponse: s.PutIntegrationResponse,
		PutMethod:              s.PutMethod,
		PutMethodResponse:      s.PutMethodResponse,
	}.Service()
}
