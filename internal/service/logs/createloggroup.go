package logs

import (
	"context"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// CreateLogGroup makes a group. Its events are kept for ever until
// PutRetentionPolicy says otherwise.
func (s *Service) CreateLogGroup(ctx context.Context, call *api.Call, in *logsapi.CreateLogGroupRequest) (*logsapi.CreateLogGroupOutput, error) {
	if err := s.authorizeGroup(ctx, call, "CreateLogGroup", in.LogGroupName); err != nil {
		return nil, err
	}
	if in.KmsKeyId != nil {
		return nil, awserr.Unsupported("the kmsKeyId parameter of CreateLogGroup")
	}
	g := &group{
		Version:   1,
		ID:        s.newID(),
		Name:      in.LogGroupName,
		CreatedMs: s.nowMs(),
		Class:     in.LogGroupClass,
		Protected: in.DeletionProtectionEnabled != nil && *in.DeletionProtectionEnabled,
		Tags:      in.Tags,
	}
	if g.Class == "" {
		g.Class = "STANDARD"
	}
	key := groupKey(call, in.LogGroupName)
	err := s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		switch _, err := tx.Get(key); {
		case err == nil:
			return logsapi.ResourceAlreadyExistsException("The specified log group already exists")
		case !isNotFound(err):
			return err
		}
		return writeJSON(tx, key, g)
	})
	if err != nil {
		return nil, err
	}
	return &logsapi.CreateLogGroupOutput{}, nil
}
