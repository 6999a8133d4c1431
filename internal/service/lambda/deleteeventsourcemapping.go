package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// DeleteEventSourceMapping removes a mapping. It is Deleting until that is done,
// and leaves no room for another of the same source and function until then.
func (s *Service) DeleteEventSourceMapping(ctx context.Context, call *api.Call, in *lambdaapi.DeleteEventSourceMappingRequest) (*lambdaapi.EventSourceMappingConfiguration, error) {
	m, err := s.mappingOf(ctx, call, "DeleteEventSourceMapping", in.UUID)
	if err != nil {
		return nil, err
	}
	m, err = s.changeMapping(ctx, m, func(_ kv.Tx, now *mapping) error {
		if err := now.checkSettled("delete"); err != nil {
			return err
		}
		now.Enabled, now.State = false, mappingDeleting
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := m.describe()
	s.settleMapping(m)
	return out, nil
}
