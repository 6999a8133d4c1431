package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// CreateFunction makes a function. It is Pending until its runtime is there,
// which can mean to fetch it, and Active then.
func (s *Service) CreateFunction(ctx context.Context, call *api.Call, in *lambdaapi.CreateFunctionRequest) (*lambdaapi.FunctionConfiguration, error) {
	n, err := parseName(call, in.FunctionName, nil)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "CreateFunction", n); err != nil {
		return nil, err
	}
	if err := refuseUnbuilt(in); err != nil {
		return nil, err
	}
	in.FunctionName = n.function
	st, err := settingsOf(in)
	if err != nil {
		return nil, err
	}
	if err := s.checkRole(ctx, call, st.Role, n); err != nil {
		return nil, err
	}
	from, err := sourceOf(in.Code)
	if err != nil {
		return nil, err
	}
	c, err := s.storeCode(ctx, call, from)
	if err != nil {
		return nil, err
	}
	f := &function{
		FormatVersion: 1, Account: n.account, Region: n.region, Name: n.function, Settings: st, Code: c, Tags: in.Tags,
		State: statePending, StateReason: "The function is being created.", StateReasonCode: "Creating",
	}
	s.touch(f, s.newID())
	if err := s.insert(ctx, f); err != nil {
		return nil, err
	}
	s.prepare(f)
	return f.configuration(), nil
}

// insert writes a function whose name is free.
func (s *Service) insert(ctx context.Context, f *function) error {
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{f.key()}}, func(tx kv.Tx) error {
		_, err := readFunction(tx, name{account: f.Account, region: f.Region, function: f.Name})
		switch {
		case err == nil:
			return lambdaapi.ResourceConflictException("Function already exist: " + f.Name)
		case awserr.Code(err) != "ResourceNotFoundException":
			return err
		}
		return writeFunction(tx, f)
	})
}

// checkRole refuses a role that the caller may not pass or that Lambda may not
// assume.
func (s *Service) checkRole(ctx context.Context, call *api.Call, roleARN string, n name) error {
	err := s.authz.Authorize(ctx, call, "iam:PassRole", roleARN, api.Given("iam:PassedToService", "lambda.amazonaws.com"))
	if err != nil {
		return err
	}
	if _, err := s.roles.Credentials(ctx, roleARN, n.function); err != nil {
		if e := awserr.From(err); e.Status >= 500 {
			return err
		}
		return lambdaapi.InvalidParameterValueException("The role defined for the function cannot be assumed by Lambda.").Because(err)
	}
	return nil
}

// refuseUnbuilt refuses, by name, what a function cannot have yet.
func refuseUnbuilt(in *lambdaapi.CreateFunctionRequest) error {
	for _, option := range []struct {
		name  string
		given bool
	}{
		{"CapacityProviderConfig", in.CapacityProviderConfig != nil},
		{"CodeSigningConfigArn", in.CodeSigningConfigArn != nil},
		{"DeadLetterConfig", in.DeadLetterConfig != nil && in.DeadLetterConfig.TargetArn != nil},
		{"DurableConfig", in.DurableConfig != nil},
		{"FileSystemConfigs", len(in.FileSystemConfigs) > 0},
		{"ImageConfig", in.ImageConfig != nil || in.PackageType == "Image"},
		{"KMSKeyArn", in.KMSKeyArn != nil && *in.KMSKeyArn != ""},
		{"Layers", len(in.Layers) > 0},
		{"Publish", in.Publish != nil && *in.Publish || in.PublishTo != ""},
		{"SnapStart", in.SnapStart != nil && in.SnapStart.ApplyOn == "PublishedVersions"},
		{"TenancyConfig", in.TenancyConfig != nil},
		{"VpcConfig", in.VpcConfig != nil && len(in.VpcConfig.SubnetIds) > 0},
	} {
		if option.given {
			return awserr.Unsupported("the " + option.name + " parameter of functions")
		}
	}
	return nil
}
