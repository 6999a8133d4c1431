package logs

import (
	"context"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/storage/kv"
)

// DeleteLogStream removes a stream with its events.
func (s *Service) DeleteLogStream(ctx context.Context, call *api.Call, in *logsapi.DeleteLogStreamRequest) (*logsapi.DeleteLogStreamOutput, error) {
	if err := s.authorizeStream(ctx, call, "DeleteLogStream", in.LogGroupName, in.LogStreamName); err != nil {
		return nil, err
	}
	g, err := s.group(ctx, call, in.LogGroupName)
	if err != nil {
		return nil, err
	}
	if err := g.unprotected(); err != nil {
		return nil, err
	}
	key := streamKey(g.ID, in.LogStreamName)
	var st *stream
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		if st, err = readStream(tx, g.ID, in.LogStreamName); err != nil {
			return err
		}
		tx.Delete(key)
		tx.Set(doomedKey(g.ID, st.ID), nil)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &logsapi.DeleteLogStreamOutput{}, s.drop(ctx, g.ID, st.ID)
}
