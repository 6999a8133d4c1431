package apigateway

import (
	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// API returns the operations that the service answers.
func (s *Service) API() *api.Service {
	return agw.Handlers{
		CreateDeployment:          s.CreateDeployment,
		CreateModel:               s.CreateModel,
		CreateResource:            s.CreateResource,
		CreateRestApi:             s.CreateRestApi,
		CreateStage:               s.CreateStage,
		DeleteDeployment:          s.DeleteDeployment,
		DeleteGatewayResponse:     s.DeleteGatewayResponse,
		DeleteIntegration:         s.DeleteIntegration,
		DeleteIntegrationResponse: s.DeleteIntegrationResponse,
		DeleteMethod:              s.DeleteMethod,
		DeleteMethodResponse:      s.DeleteMethodResponse,
		DeleteModel:               s.DeleteModel,
		DeleteResource:            s.DeleteResource,
		DeleteRestApi:             s.DeleteRestApi,
		DeleteStage:               s.DeleteStage,
		GetDeployment:             s.GetDeployment,
		GetDeployments:            s.GetDeployments,
		GetGatewayResponse:        s.GetGatewayResponse,
		GetGatewayResponses:       s.GetGatewayResponses,
		GetIntegration:            s.GetIntegration,
		GetIntegrationResponse:    s.GetIntegrationResponse,
		GetMethod:                 s.GetMethod,
		GetMethodResponse:         s.GetMethodResponse,
		GetModel:                  s.GetModel,
		GetModels:                 s.GetModels,
		GetResource:               s.GetResource,
		GetResources:              s.GetResources,
		GetRestApi:                s.GetRestApi,
		GetRestApis:               s.GetRestApis,
		GetStage:                  s.GetStage,
		GetStages:                 s.GetStages,
		GetTags:                   s.GetTags,
		PutGatewayResponse:        s.PutGatewayResponse,
		PutIntegration:            s.PutIntegration,
		PutIntegrationResponse:    s.PutIntegrationResponse,
		PutMethod:                 s.PutMethod,
		PutMethodResponse:         s.PutMethodResponse,
		TagResource:               s.TagResource,
		UntagResource:             s.UntagResource,
		UpdateDeployment:          s.UpdateDeployment,
		UpdateGatewayResponse:     s.UpdateGatewayResponse,
		UpdateIntegration:         s.UpdateIntegration,
		UpdateIntegrationResponse: s.UpdateIntegrationResponse,
		UpdateMethod:              s.UpdateMethod,
		UpdateMethodResponse:      s.UpdateMethodResponse,
		UpdateModel:               s.UpdateModel,
		UpdateResource:            s.UpdateResource,
		UpdateRestApi:             s.UpdateRestApi,
		UpdateStage:               s.UpdateStage,
	}.Service()
}
