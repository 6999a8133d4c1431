package dynamodb

import (
	"context"
	"net/url"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
)

// DescribeEndpoints returns the one address at which the service answers: that
// by which it was asked.
func (s *Service) DescribeEndpoints(_ context.Context, call *api.Call, _ *ddb.DescribeEndpointsRequest) (*ddb.DescribeEndpointsResponse, error) {
	base, err := url.Parse(call.BaseURL)
	if err != nil {
		return nil, err
	}
	return &ddb.DescribeEndpointsResponse{Endpoints: []ddb.Endpoint{{Address: base.Host, CachePeriodInMinutes: 1440}}}, nil
}
