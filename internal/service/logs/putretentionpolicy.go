package logs

import (
	"context"
	"slices"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
)

// retentions are the numbers of days that AWS allows.
var retentions = []int64{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

// PutRetentionPolicy sets how many days a group keeps its events.
func (s *Service) PutRetentionPolicy(ctx context.Context, call *api.Call, in *logsapi.PutRetentionPolicyRequest) (*logsapi.PutRetentionPolicyOutput, error) {
	if err := s.authorizeGroup(ctx, call, "PutRetentionPolicy", in.LogGroupName); err != nil {
		return nil, err
	}
	if !slices.Contains(retentions, in.RetentionInDays) {
		return nil, logsapi.InvalidParameterException("Retention in days is invalid")
	}
	return &logsapi.PutRetentionPolicyOutput{}, s.changeGroup(ctx, call, in.LogGroupName, func(g *group) error {
		g.RetentionDays = in.RetentionInDays
		return nil
	})
}
