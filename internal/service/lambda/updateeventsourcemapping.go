package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// UpdateEventSourceMapping changes how a function has the records of a stream.
// Those that it had stay behind it.
func (s *Service) UpdateEventSourceMapping(ctx context.Context, call *api.Call, in *lambdaapi.UpdateEventSourceMappingRequest) (*lambdaapi.EventSourceMappingConfiguration, error) {
	m, err := s.mappingOf(ctx, call, "UpdateEventSourceMapping", in.UUID)
	if err != nil {
		return nil, err
	}
	err = refuseUnbuiltMapping(&lambdaapi.CreateEventSourceMappingRequest{
		AmazonManagedKafkaEventSourceConfig: in.AmazonManagedKafkaEventSourceConfig, DocumentDBEventSourceConfig: in.DocumentDBEventSourceConfig,
		KMSKeyArn: in.KMSKeyArn, LoggingConfig: in.LoggingConfig, MetricsConfig: in.MetricsConfig, ProvisionedPollerConfig: in.ProvisionedPollerConfig,
		ScalingConfig: in.ScalingConfig, SelfManagedKafkaEventSourceConfig: in.SelfManagedKafkaEventSourceConfig,
		SourceAccessConfigurations: in.SourceAccessConfigurations, DestinationConfig: in.DestinationConfig,
	})
	if err != nil {
		return nil, err
	}
	if in.FunctionName != nil {
		n, err := mappedName(call, *in.FunctionName)
		if err != nil {
			return nil, err
		}
		m.Function = n.qualifiedARN()
	}
	m.apply(in)
	if err := s.checkMapping(ctx, call, m); err != nil {
		return nil, err
	}
	function := m.Function
	changed, err := s.changeMapping(ctx, m, func(tx kv.Tx, now *mapping) error {
		if err := now.checkSettled("update"); err != nil {
			return err
		}
		now.Function = function
		now.apply(in)
		now.Modified = s.clock.Now()
		now.State = mappingUpdating
		if in.Enabled != nil && *in.Enabled != now.Enabled {
			now.Enabled, now.State = *in.Enabled, mappingDisabling
			if now.Enabled {
				now.State = mappingEnabling
			}
		}
		return checkTwin(tx, now)
	})
	if err != nil {
		return nil, err
	}
	out := changed.describe()
	s.settleMapping(changed)
	return out, nil
}
