package logs

import (
	"context"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
)

// PutLogGroupDeletionProtection says whether a group and what is in it may be
// deleted.
func (s *Service) PutLogGroupDeletionProtection(ctx context.Context, call *api.Call, in *logsapi.PutLogGroupDeletionProtectionRequest) (*logsapi.PutLogGroupDeletionProtectionOutput, error) {
	name, err := nameOf(call, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	if err := s.authorizeGroup(ctx, call, "PutLogGroupDeletionProtection", name); err != nil {
		return nil, err
	}
	return &logsapi.PutLogGroupDeletionProtectionOutput{}, s.changeGroup(ctx, call, name, func(g *group) error {
		g.Protected = in.DeletionProtectionEnabled
		return nil
	})
}
