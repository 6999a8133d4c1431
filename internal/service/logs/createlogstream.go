package logs

import (
	"context"

	"cloudless/internal/api"
	logsapi "cloudless/internal/api/logs"
	"cloudless/internal/storage/kv"
)

// CreateLogStream makes a stream in a group.
func (s *Service) CreateLogStream(ctx context.Context, call *api.Call, in *logsapi.CreateLogStreamRequest) (*logsapi.CreateLogStreamOutput, error) {
	if err := s.authorizeStream(ctx, call, "CreateLogStream", in.LogGroupName, in.LogStreamName); err != nil {
		return nil, err
	}
	g, err := s.group(ctx, call, in.LogGroupName)
	if err != nil {
		return nil, err
	}
	st := &stream{Version: 1, ID: s.newID(), Name: in.LogStreamName, CreatedMs: s.nowMs()}
	key := streamKey(g.ID, in.LogStreamName)
	claims := kv.Claims{Write: [][]byte{key}, Read: [][]byte{groupKey(call, in.LogGroupName)}}
	err = s.store.Update(ctx, claims, func(tx kv.Tx) error {
		if err := stillThere(tx, call, g); err != nil {
			return err
		}
		switch _, err := tx.Get(key); {
		case err == nil:
			return logsapi.ResourceAlreadyExistsException("The specified log stream already exists")
		case !isNotFound(err):
			return err
		}
		return writeJSON(tx, key, st)
	})
	if err != nil {
		return nil, err
	}
	return &logsapi.CreateLogStreamOutput{}, nil
}

// group reads a group outside of a transaction.
func (s *Service) group(ctx context.Context, call *api.Call, name string) (g *group, err error) {
	err = s.store.View(ctx, func(r kv.Reader) error {
		g, err = readGroup(r, call, name)
		return err
	})
	return g, err
}

// stillThere reads a group again in the transaction that relies on it: the id
// that was read before must be the one that counts now.
func stillThere(tx kv.Tx, call *api.Call, g *group) error {
	now, err := readGroup(tx, call, g.Name)
	if err != nil {
		return err
	}
	if now.ID != g.ID {
		return groupNotFound()
	}
	return nil
}
