package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// UpdateFunctionConfiguration changes the settings that the request gives.
func (s *Service) UpdateFunctionConfiguration(ctx context.Context, call *api.Call, in *lambdaapi.UpdateFunctionConfigurationRequest) (*lambdaapi.FunctionConfiguration, error) {
	n, err := s.mutable(ctx, call, "UpdateFunctionConfiguration", in.FunctionName, given("lambda:Layer", in.Layers...)...)
	if err != nil {
		return nil, err
	}
	err = refuseUnbuilt(&lambdaapi.CreateFunctionRequest{
		CapacityProviderConfig: in.CapacityProviderConfig, DeadLetterConfig: in.DeadLetterConfig, DurableConfig: in.DurableConfig,
		FileSystemConfigs: in.FileSystemConfigs, ImageConfig: in.ImageConfig, KMSKeyArn: in.KMSKeyArn,
		SnapStart: in.SnapStart, VpcConfig: in.VpcConfig,
	})
	if err != nil {
		return nil, err
	}
	if err := s.checkRuntime(in.Runtime); err != nil {
		return nil, err
	}
	if in.Role != nil {
		if err := s.checkRole(ctx, call, *in.Role, n); err != nil {
			return nil, err
		}
	}
	layers, err := s.layersOf(ctx, call, in.Layers)
	if err != nil {
		return nil, err
	}
	return s.update(ctx, n, updating{
		revision: in.RevisionId,
		alter: func(f *function) error {
			if in.Layers != nil {
				f.Layers = layers
			}
			if err := f.checkUnzipped(); err != nil {
				return err
			}
			return f.Settings.apply(in)
		},
	})
}
