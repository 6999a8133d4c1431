package apigateway

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"cloudless/internal/service/apigateway/schema"
)

// validate refuses a request without what the method requires of it, where the
// method's validator looks.
func (x *exchange) validate() error {
	v := x.deployed.validators[deref(x.method.RequestValidatorId)]
	if v == nil {
		return nil
	}
	if deref(v.ValidateRequestParameters) {
		if err := x.validateParameters(); err != nil {
			return err
		}
	}
	if deref(v.ValidateRequestBody) {
		return x.validateBody()
	}
	return nil
}

// validateBody holds the body against the model that the method has for its
// type. A type without a model is not looked at.
func (x *exchange) validateBody() error {
	name, found := x.method.RequestModels[x.mediaType()]
	if !found {
		name, found = x.method.RequestModels["$default"]
	}
	if !found {
		return nil
	}
	if err := x.readBody(); err != nil {
		return err
	}
	model, err := x.deployed.model(name)
	if err != nil {
		return internalError().because(fmt.Errorf("model %s: %w", name, err))
	}
	err = model.Validate(x.body)
	if err == nil {
		return nil
	}
	why := &refusal{kind: "BAD_REQUEST_BODY", status: http.StatusBadRequest, errorType: "BadRequestException", message: "Invalid request body", early: true}
	if invalid, ok := errors.AsType[*schema.Invalid](err); ok {
		why.validation = invalid.Error()
	}
	return why
}

// schemas are the models of a deployment. Each is made ready when it is first
// asked for.
type schemas struct {
	apiID string
	texts map[string]string

	mu    sync.Mutex
	ready map[string]*schema.Schema // guarded by mu
}

// model returns a model of the deployment, ready.
func (d *deployed) model(name string) (*schema.Schema, error) {
	m := &d.models
	m.mu.Lock()
	defer m.mu.Unlock()
	if ready := m.ready[name]; ready != nil {
		return ready, nil
	}
	ready, err := schema.Compile(m.apiID, m.texts, name)
	if err != nil {
		return nil, err
	}
	if m.ready == nil {
		m.ready = map[string]*schema.Schema{}
	}
	m.ready[name] = ready
	return ready, nil
}

// schemaTexts are the models that describe JSON, by their names.
func schemaTexts(all []*model) map[string]string {
	out := make(map[string]string, len(all))
	for _, m := range all {
		if mediaType(*m.Model.ContentType) == "application/json" {
			out[*m.Model.Name] = deref(m.Model.Schema)
		}
	}
	return out
}

// validateParameters refuses a request without a parameter that the method
// requires. One that is empty is none.
func (x *exchange) validateParameters() error {
	var missing []string
	for _, parameter := range slices.Sorted(maps.Keys(x.method.RequestParameters)) {
		if !x.method.RequestParameters[parameter] {
			continue
		}
		src, ok := parseSource(parameter, requestPrefix, placesOfRequest)
		if ok && strings.Join(x.requestValues(src), "") == "" {
			missing = append(missing, src.name)
		}
	}
	if missing == nil {
		return nil
	}
	return badParameters(missing)
}

// badParameters answers a request that lacks parameters.
func badParameters(missing []string) *refusal {
	return &refusal{kind: "BAD_REQUEST_PARAMETERS", status: http.StatusBadRequest, errorType: "BadRequestException",
		message: "Missing required request parameters: [" + strings.Join(missing, ", ") + "]", early: true}
}
