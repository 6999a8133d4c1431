package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// model is a model of an API.
type model struct {
	Form  int
	Model agw.Model
}

func noSuchModel(name string) error {
	return agw.NotFoundException("Invalid model name specified: " + name)
}

// findModel reads a model of the caller.
func findModel(r kv.Reader, call *api.Call, apiID, name string) (*model, error) {
	if _, err := findAPI(r, call, apiID); err != nil {
		return nil, err
	}
	m, err := load[model](r, modelKey(apiID, name))
	if err != nil {
		return nil, orElse(err, noSuchModel(name))
	}
	return m, nil
}

// changeModel changes one model.
func (s *Service) changeModel(ctx context.Context, call *api.Call, apiID, name string, change func(*model) error) error {
	claims := kv.Claims{Write: [][]byte{modelKey(apiID, name)}, Read: [][]byte{apiKey(apiID)}}
	return s.store.Update(ctx, claims, func(tx kv.Tx) error {
		m, err := findModel(tx, call, apiID, name)
		if err != nil {
			return err
		}
		if err := change(m); err != nil {
			return err
		}
		return save(tx, modelKey(apiID, name), m)
	})
}

// saveDefaultModels gives a new API the models that every API begins with.
func (s *Service) saveDefaultModels(tx kv.Tx, apiID string) error {
	for _, m := range []struct{ name, description, schema string }{
		{"Empty", "This is a default empty schema model",
			"{\n  \"$schema\": \"http://json-schema.org/draft-04/schema#\",\n  \"title\" : \"Empty Schema\",\n  \"type\" : \"object\"\n}"},
		{"Error", "This is a default error schema model",
			"{\n  \"$schema\" : \"http://json-schema.org/draft-04/schema#\",\n  \"title\" : \"Error Schema\",\n  \"type\" : \"object\",\n  \"properties\" : {\n    \"message\" : { \"type\" : \"string\" }\n  }\n}"},
	} {
		err := save(tx, modelKey(apiID, m.name), &model{Form: form, Model: agw.Model{
			ContentType: new("application/json"), Description: new(m.description), Id: new(newID(s.clock, modelIDLength)),
			Name: new(m.name), Schema: new(m.schema),
		}})
		if err != nil {
			return err
		}
	}
	return nil
}
