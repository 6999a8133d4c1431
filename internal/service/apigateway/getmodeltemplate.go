package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/service/apigateway/schema"
	"cloudless/internal/storage/kv"
)

// GetModelTemplate makes a mapping template whose output is of the model's
// form, to begin with.
func (s *Service) GetModelTemplate(ctx context.Context, call *api.Call, in *agw.GetModelTemplateRequest) (*agw.Template, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "models", in.ModelName, "default_template"); err != nil {
		return nil, err
	}
	models, err := view(ctx, s, func(r kv.Reader) (map[string]string, error) {
		if _, err := findModel(r, call, in.RestApiId, in.ModelName); err != nil {
			return nil, err
		}
		all, err := loadAll[model](r, modelPrefix(in.RestApiId))
		if err != nil {
			return nil, err
		}
		texts := map[string]string{}
		for _, m := range all {
			texts[*m.Model.Name] = deref(m.Model.Schema)
		}
		return texts, nil
	})
	if err != nil {
		return nil, err
	}
	template, err := schema.Template(in.RestApiId, models, in.ModelName)
	if err != nil {
		return nil, agw.BadRequestException("Invalid model specified: " + err.Error())
	}
	return &agw.Template{Value: &template}, nil
}
