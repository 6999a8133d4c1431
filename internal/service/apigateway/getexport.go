package apigateway

import (
	"context"
	"fmt"
	"strings"
	"time"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/service/apigateway/openapi"
	"cloudless/internal/storage/kv"
)

// GetExport writes what a stage stands on as an OpenAPI document.
func (s *Service) GetExport(ctx context.Context, call *api.Call, in *agw.GetExportRequest) (*agw.ExportResponse, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "stages", in.StageName, "exports", in.ExportType); err != nil {
		return nil, err
	}
	form, err := exportForm(call, in)
	if err != nil {
		return nil, err
	}
	d, err := view(ctx, s, func(r kv.Reader) (*openapi.API, error) { return describeStage(r, call, in) })
	if err != nil {
		return nil, err
	}
	doc, err := openapi.Write(d, form)
	if err != nil {
		return nil, fmt.Errorf("write an export: %w", err)
	}
	ending := "json"
	if form.YAML {
		ending = "yaml"
	}
	return &agw.ExportResponse{
		ContentType: new("application/octet-stream"), Body: doc,
		ContentDisposition: new(fmt.Sprintf("attachment; filename=%q", in.ExportType+"_"+*d.Version+"."+ending)),
	}, nil
}

func describeStage(r kv.Reader, call *api.Call, in *agw.GetExportRequest) (*openapi.API, error) {
	st, err := findStage(r, call, in.RestApiId, in.StageName)
	if err != nil {
		return nil, err
	}
	a, err := findAPI(r, call, in.RestApiId)
	if err != nil {
		return nil, err
	}
	t, err := loadTree(r, snapshotPrefix(in.RestApiId, *st.Stage.DeploymentId))
	if err != nil {
		return nil, err
	}
	d, err := describe(r, a, t, func(p part) []byte { return p.deployed(in.RestApiId, *st.Stage.DeploymentId) })
	if err != nil {
		return nil, err
	}
	if v := deref(st.Stage.DocumentationVersion); v != "" {
		parts, err := loadAll[documentationPart](r, documentationCopyPrefix(in.RestApiId, v))
		if err != nil {
			return nil, err
		}
		d.DocumentationVersion, d.Documentation = v, partsOf(parts)
	}
	if ids := a.API.EndpointConfiguration.VpcEndpointIds; len(ids) > 0 {
		d.Endpoint = &agw.EndpointConfiguration{VpcEndpointIds: ids}
	}
	if d.Version == nil {
		d.Version = new(a.API.CreatedDate.UTC().Format(time.RFC3339))
	}
	return d, nil
}

// exportForm says how the document that was asked for is to be written.
func exportForm(call *api.Call, in *agw.GetExportRequest) (openapi.Form, error) {
	f := openapi.Form{
		Host: in.RestApiId + ".execute-api." + call.Region + ".amazonaws.com", Stage: in.StageName,
		YAML: strings.Contains(deref(in.Accepts), "yaml"),
	}
	switch in.ExportType {
	case "oas30":
		f.Version3 = true
	case "swagger":
	default:
		return f, agw.BadRequestException("No API exporter for type '" + in.ExportType + "'")
	}
	for name := range strings.SplitSeq(in.Parameters["extensions"], ",") {
		switch strings.TrimSpace(name) {
		case "":
		case "integrations":
			f.With.Integrations = true
		case "authorizers":
			f.With.Authorizers = true
		case "validators":
			f.With.Validators = true
		case "gatewayresponses":
			f.With.GatewayResponses = true
		case "documentation":
			f.With.Documentation = true
		case "apigateway":
			f.With.All = true
		case "postman":
			return f, awserr.Unsupported("the extension postman of GetExport")
		default:
			return f, agw.BadRequestException("Invalid extensions parameter specified: " + name)
		}
	}
	return f, nil
}
