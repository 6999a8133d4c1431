package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// DeleteEventSourceMapping removes a mapping, and shows it once more.
func (s *Service) DeleteEventSourceMapping(ctx context.Context, call *api.Call, in *lambdaapi.DeleteEventSourceMappingRequest) (*lambdaapi.EventSourceMappingConfiguration, error) {
	m, err := s.mappingOf(ctx, call, "DeleteEventSourceMapping", in.UUID)
	if err != nil {
		return nil, err
	}
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{m.key(), MappingsKey()}}, func(tx kv.Tx) error {
		if m, err = readMapping(tx, m.Account, m.Region, m.UUID); err != nil {
			return err
		}
		tx.Delete(m.key())
		tx.Set(MappingsKey(), []byte(s.newID()))
		return nil
	})
	if err != nil {
		return nil, err
	}
	m.State = mappingDeleting
	return m.describe(), nil
}
