package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

// UpdateFunctionCode gives a function another package, and makes a version of
// it if Publish is given. With DryRun it only tells what would be.
func (s *Service) UpdateFunctionCode(ctx context.Context, call *api.Call, in *lambdaapi.UpdateFunctionCodeRequest) (*lambdaapi.FunctionConfiguration, error) {
	n, err := s.mutable(ctx, call, "UpdateFunctionCode", in.FunctionName)
	if err != nil {
		return nil, err
	}
	if in.PublishTo != "" {
		return nil, awserr.Unsupported("the PublishTo parameter of UpdateFunctionCode")
	}
	if in.ImageUri != nil { // there is no function of another kind
		return nil, lambdaapi.InvalidParameterValueException("Please don't provide ImageUri when updating a function with packageType Zip.")
	}
	from, err := sourceOf(&lambdaapi.FunctionCode{ZipFile: in.ZipFile, S3Bucket: in.S3Bucket, S3Key: in.S3Key,
		S3ObjectVersion: in.S3ObjectVersion, SourceKMSKeyArn: in.SourceKMSKeyArn})
	if err != nil {
		return nil, err
	}
	f, err := s.read(ctx, n)
	if err != nil {
		return nil, err
	}
	if err := s.checkSigned(ctx, f.SigningConfig); err != nil {
		return nil, err
	}
	c, err := s.storeCode(ctx, call, from)
	if err != nil {
		return nil, err
	}
	return s.update(ctx, n, updating{
		revision: in.RevisionId,
		publish:  in.Publish != nil && *in.Publish,
		dry:      in.DryRun != nil && *in.DryRun,
		alter: func(f *function) error {
			f.Code = c
			if len(in.Architectures) > 0 {
				f.Settings.Architectures = in.Architectures
			}
			return f.checkUnzipped()
		},
	})
}
