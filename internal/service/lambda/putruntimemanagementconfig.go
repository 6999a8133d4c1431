package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// runtimeUpdate says when a function gets a newer build of its runtime.
type runtimeUpdate struct {
	On         string `json:"on"`                   // "Auto", "FunctionUpdate" or "Manual"
	VersionARN string `json:"versionArn,omitempty"` // with Manual
}

// PutRuntimeManagementConfig says when a version of a function gets a newer
// build of its runtime. It is kept; builds change here only when somebody
// installs one.
func (s *Service) PutRuntimeManagementConfig(ctx context.Context, call *api.Call, in *lambdaapi.PutRuntimeManagementConfigRequest) (*lambdaapi.PutRuntimeManagementConfigResponse, error) {
	n, err := s.runtimeManaged(ctx, call, "PutRuntimeManagementConfig", in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	given := in.RuntimeVersionArn != nil
	if manual := in.UpdateRuntimeOn == "Manual"; manual != given {
		return nil, lambdaapi.InvalidParameterValueException("A RuntimeVersionArn is required with the update mode Manual, and with no other.")
	}
	err = s.change(ctx, n, func(f *function) error {
		f.RuntimeUpdate = &runtimeUpdate{On: in.UpdateRuntimeOn, VersionARN: valueOf(in.RuntimeVersionArn)}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &lambdaapi.PutRuntimeManagementConfigResponse{UpdateRuntimeOn: in.UpdateRuntimeOn, RuntimeVersionArn: in.RuntimeVersionArn, FunctionArn: n.qualifiedARN()}, nil
}

// runtimeManaged returns the name of a version that an operation on the
// management of its runtime is about. Aliases have none of their own.
func (s *Service) runtimeManaged(ctx context.Context, call *api.Call, action, function string, qualifier *string) (name, error) {
	n, err := parseName(call, function, qualifier)
	if err != nil {
		return n, err
	}
	if err := s.authorize(ctx, call, action, n); err != nil {
		return n, err
	}
	n = n.orLatest()
	if n.qualifier != latest && !isVersion(n.qualifier) {
		return n, notFound(n.qualifiedARN())
	}
	return n, nil
}
