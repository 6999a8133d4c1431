package lambda

import (
	"context"
	"errors"
	"slices"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// CreateFunction makes a function, and its first version if Publish is given.
// Both are Pending until the runtime is there, which can mean to fetch it, and
// Active then.
func (s *Service) CreateFunction(ctx context.Context, call *api.Call, in *lambdaapi.CreateFunctionRequest) (*lambdaapi.FunctionConfiguration, error) {
	n, err := parseName(call, in.FunctionName, nil)
	if err != nil {
		return nil, err
	}
	n = n.unqualified()
	facts := slices.Concat(given("lambda:Layer", in.Layers...), given("lambda:CodeSigningConfigArn", valueOf(in.CodeSigningConfigArn)), api.RequestTags(in.Tags))
	if err := s.ask(ctx, call, "CreateFunction", n, facts...); err != nil {
		return nil, err
	}
	if err := s.authorizeTagging(ctx, call, n.arn(), in.Tags); err != nil {
		return nil, err
	}
	f, err := s.newFunction(ctx, call, n, in)
	if err != nil {
		return nil, err
	}
	var version *function
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{f.key()}}, func(tx kv.Tx) error {
		version, err = s.insert(tx, f, in.Publish != nil && *in.Publish)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.prepare(f)
	if version == nil {
		return f.configuration(f.arn()), nil
	}
	s.prepare(version)
	return version.configuration(f.arn()), nil
}

// newFunction makes the function that a request asks for.
func (s *Service) newFunction(ctx context.Context, call *api.Call, n name, in *lambdaapi.CreateFunctionRequest) (*function, error) {
	if err := checkNewName(n); err != nil {
		return nil, err
	}
	if err := refuseUnbuilt(in); err != nil {
		return nil, err
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	if err := s.checkRuntime(in.Runtime); err != nil {
		return nil, err
	}
	st, err := settingsOf(in, n.function)
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
	if err := s.checkSigned(ctx, valueOf(in.CodeSigningConfigArn)); err != nil {
		return nil, err
	}
	c, err := s.storeCode(ctx, call, from)
	if err != nil {
		return nil, err
	}
	layers, err := s.layersOf(ctx, call, in.Layers)
	if err != nil {
		return nil, err
	}
	f := &function{
		FormatVersion: 1, Account: n.account, Region: n.region, Name: n.function,
		ID: s.newID(), Tags: in.Tags, SigningConfig: valueOf(in.CodeSigningConfigArn), build: build{Settings: st, Code: c, Layers: layers},
	}
	if err := f.checkUnzipped(); err != nil {
		return nil, err
	}
	f.creating(s.newID())
	s.touch(f, s.newID())
	return f, nil
}

// insert writes a function whose name is free, and returns the version that
// was published of it, if that is wanted.
func (s *Service) insert(tx kv.Tx, f *function, publish bool) (version *function, err error) {
	switch _, err := tx.Get(f.key()); {
	case err == nil:
		return nil, lambdaapi.ResourceConflictException("Function already exist: " + f.Name)
	case !errors.Is(err, kv.ErrNotFound):
		return nil, err
	}
	if publish {
		f.Published = published{} // this may be another try
		if version, err = s.publish(tx, f, nil); err != nil {
			return nil, err
		}
	}
	return version, writeRecord(tx, f.key(), f)
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
	snapStart := in.SnapStart != nil && in.SnapStart.ApplyOn == "PublishedVersions"
	if snapStart && !hasSnapStart(in.Runtime) {
		return lambdaapi.InvalidParameterValueException(in.Runtime + " is not supported for SnapStart enabled functions.")
	}
	for _, option := range []struct {
		name  string
		given bool
	}{
		{"CapacityProviderConfig", in.CapacityProviderConfig != nil},
		{"DeadLetterConfig", in.DeadLetterConfig != nil && in.DeadLetterConfig.TargetArn != nil && *in.DeadLetterConfig.TargetArn != ""},
		{"DurableConfig", in.DurableConfig != nil},
		{"FileSystemConfigs", len(in.FileSystemConfigs) > 0},
		{"ImageConfig", in.ImageConfig != nil || in.PackageType == "Image"},
		{"KMSKeyArn", in.KMSKeyArn != nil && *in.KMSKeyArn != ""},
		{"PublishTo", in.PublishTo != ""},
		{"SnapStart", snapStart},
		{"TenancyConfig", in.TenancyConfig != nil},
		{"VpcConfig", in.VpcConfig != nil && len(in.VpcConfig.SubnetIds) > 0},
	} {
		if option.given {
			return awserr.Unsupported("the " + option.name + " parameter of functions")
		}
	}
	return nil
}

// hasSnapStart tells whether AWS has SnapStart for a runtime; "" is one that is
// not told.
func hasSnapStart(runtime string) bool {
	return slices.Contains([]string{"", "java11", "java17", "java21", "java25", "python3.12", "python3.13", "python3.14", "dotnet8", "dotnet10"}, runtime)
}
