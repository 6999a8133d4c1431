package logs

import (
	"context"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
)

// DeleteRetentionPolicy lets a group keep its events for ever.
func (s *Service) DeleteRetentionPolicy(ctx context.Context, call *api.Call, in *logsapi.DeleteRetentionPolicyRequest) (*logsapi.DeleteRetentionPolicyOutput, error) {
	if err := s.authorizeGroup(ctx, call, "DeleteRetentionPolicy", in.LogGroupName); err != nil {
		return nil, err
	}
	return &logsapi.DeleteRetentionPolicyOutput{}, s.changeGroup(ctx, call, in.LogGroupName, func(g *group) error {
		g.RetentionDays = 0
		return nil
	})
}
