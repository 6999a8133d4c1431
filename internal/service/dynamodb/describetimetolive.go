package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
)

// DescribeTimeToLive tells by which attribute items of a table go, if they do.
func (s *Service) DescribeTimeToLive(ctx context.Context, call *api.Call, in *ddb.DescribeTimeToLiveInput) (*ddb.DescribeTimeToLiveOutput, error) {
	where, err := parseRef(call, in.TableName)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "DescribeTimeToLive", where); err != nil {
		return nil, err
	}
	r, err := s.current(ctx, call, where)
	if err != nil {
		return nil, err
	}
	d := &ddb.TimeToLiveDescription{TimeToLiveStatus: "DISABLED"}
	if r.TTL != nil {
		d.TimeToLiveStatus, d.AttributeName = "ENABLED", &r.TTL.Attribute
		if r.TTL.Building {
			d.TimeToLiveStatus = "ENABLING"
		}
	}
	return &ddb.DescribeTimeToLiveOutput{TimeToLiveDescription: d}, nil
}
