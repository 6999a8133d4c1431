package apigateway

import (
	"context"
	"slices"
	"strings"
	"time"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// GetDeployments lists the deployments of an API, the oldest first.
func (s *Service) GetDeployments(ctx context.Context, call *api.Call, in *agw.GetDeploymentsRequest) (*agw.Deployments, error) {
	if err := s.authorize(ctx, call, "GET", "restapis", in.RestApiId, "deployments"); err != nil {
		return nil, err
	}
	all, err := view(ctx, s, func(r kv.Reader) ([]*deployment, error) {
		if _, err := findAPI(r, call, in.RestApiId); err != nil {
			return nil, err
		}
		return loadAll[deployment](r, deploymentPrefix(in.RestApiId))
	})
	if err != nil {
		return nil, err
	}
	age := func(d agw.Deployment) string { return d.CreatedDate.UTC().Format(time.RFC3339) + *d.Id }
	items := make([]agw.Deployment, 0, len(all))
	for _, d := range all {
		items = append(items, d.shape())
	}
	slices.SortFunc(items, func(a, b agw.Deployment) int { return strings.Compare(age(a), age(b)) })
	out := &agw.Deployments{}
	out.Items, out.Position, err = page(items, age, in.Limit, in.Position)
	return out, err
}
