package apigateway

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/service/apigateway/openapi"
	"cloudless/internal/storage/kv"
)

// CreateModel makes a model.
func (s *Service) CreateModel(ctx context.Context, call *api.Call, in *agw.CreateModelRequest) (*agw.Model, error) {
	if err := s.authorize(ctx, call, "POST", "restapis", in.RestApiId, "models"); err != nil {
		return nil, err
	}
	m := &model{Form: form, Model: agw.Model{
		ContentType: new(in.ContentType), Description: in.Description, Id: new(newID(s.clock, modelIDLength)),
		Name: new(in.Name), Schema: in.Schema,
	}}
	key := modelKey(in.RestApiId, in.Name)
	claims := kv.Claims{Write: [][]byte{key}, Read: [][]byte{apiKey(in.RestApiId)}}
	err := s.store.Update(ctx, claims, func(tx kv.Tx) error {
		if _, err := findAPI(tx, call, in.RestApiId); err != nil {
			return err
		}
		if err := checkModel(&m.Model); err != nil {
			return err
		}
		if taken, err := exists(tx, key); err != nil || taken {
			return orConflict(err, "Model name already exists for this REST API")
		}
		return save(tx, key, m)
	})
	if err != nil {
		return nil, err
	}
	return &m.Model, nil
}

// orConflict returns err, or a conflict if there is none.
func orConflict(err error, message string) error {
	if err != nil {
		return err
	}
	return agw.ConflictException(message)
}

var modelName = regexp.MustCompile(`^[a-zA-Z0-9]+$`)

// checkModel refuses a model that AWS refuses.
func checkModel(m *agw.Model) error {
	if *m.Name == "" {
		return agw.BadRequestException("Model name must be non-empty")
	}
	if !modelName.MatchString(*m.Name) {
		return agw.BadRequestException("Model name must be alphanumeric: " + *m.Name)
	}
	schema := strings.TrimSpace(deref(m.Schema))
	if schema == "" || schema == "{}" {
		return agw.BadRequestException("Model schema must have at least 1 property or array items defined")
	}
	if mediaType(*m.ContentType) == "application/json" && !json.Valid([]byte(schema)) {
		return agw.BadRequestException("Invalid model specified: Validation Result: warnings : [], errors : [Invalid model schema specified]")
	}
	if !openapi.Canonical(schema) {
		return agw.BadRequestException("Invalid model specified: Validation Result: warnings : [], errors : [Model reference must be in canonical form]")
	}
	return nil
}
