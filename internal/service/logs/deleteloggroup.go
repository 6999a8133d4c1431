package logs

import (
	"context"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/storage/kv"
)

// DeleteLogGroup removes a group with its streams and events. The events are
// gone for clients at once and leave the disk soon after.
func (s *Service) DeleteLogGroup(ctx context.Context, call *api.Call, in *logsapi.DeleteLogGroupRequest) (*logsapi.DeleteLogGroupOutput, error) {
	if err := s.authorizeGroup(ctx, call, "DeleteLogGroup", in.LogGroupName); err != nil {
		return nil, err
	}
	key := groupKey(call, in.LogGroupName)
	var g *group
	err := s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		var err error
		if g, err = readGroupAt(tx, key); err != nil {
			return err
		}
		if err := g.unprotected(); err != nil {
			return err
		}
		tx.Delete(key)
		tx.Set(doomedKey(g.ID, ""), nil)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &logsapi.DeleteLogGroupOutput{}, s.drop(ctx, g.ID, "")
}
