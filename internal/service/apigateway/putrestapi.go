package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// PutRestApi changes an API to what an OpenAPI document says: all of it, or
// (mode merge) that which the document has. Deployments and stages stay.
func (s *Service) PutRestApi(ctx context.Context, call *api.Call, in *agw.PutRestApiRequest) (*agw.RestApi, error) {
	if err := s.authorize(ctx, call, "PUT", "restapis", in.RestApiId); err != nil {
		return nil, err
	}
	d, warnings, err := readDocument(in.RestApiId, in.Body, in.Parameters)
	if err != nil {
		return nil, err
	}
	var out agw.RestApi
	err = s.changeAPI(ctx, call, in.RestApiId, func(tx kv.Tx, a *restAPI) error {
		im := importer{
			s: s, tx: tx, api: a, doc: d, warnings: warnings, failOnWarnings: deref(in.FailOnWarnings), afresh: in.Mode == "overwrite",
			pass: s.passer(ctx, call),
		}
		if err := im.run(); err != nil {
			return err
		}
		out = a.API
		return save(tx, apiKey(in.RestApiId), a)
	})
	if err != nil {
		return nil, err
	}
	if out.Tags == nil {
		out.Tags = map[string]string{} // AWS shows none only in answers of this kind
	}
	out.Warnings = warnings
	return &out, nil
}
