package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// GetRuntimeManagementConfig returns when a version of a function gets a newer
// build of its runtime.
func (s *Service) GetRuntimeManagementConfig(ctx context.Context, call *api.Call, in *lambdaapi.GetRuntimeManagementConfigRequest) (*lambdaapi.GetRuntimeManagementConfigResponse, error) {
	n, err := s.runtimeManaged(ctx, call, "GetRuntimeManagementConfig", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	f, err := s.read(ctx, n)
	if err != nil {
		return nil, err
	}
	out := &lambdaapi.GetRuntimeManagementConfigResponse{UpdateRuntimeOn: "Auto", FunctionArn: new(n.qualifiedARN())}
	if u := f.RuntimeUpdate; u != nil {
		out.UpdateRuntimeOn = u.On
		if u.VersionARN != "" {
			out.RuntimeVersionArn = new(u.VersionARN)
		}
	}
	return out, nil
}
