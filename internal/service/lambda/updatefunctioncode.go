package lambda

import (
	"context"
	"errors"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

// errDryRun ends a change that is only tried.
var errDryRun = errors.New("dry run")

// UpdateFunctionCode gives a function another package. With DryRun it only
// tells what would be.
func (s *Service) UpdateFunctionCode(ctx context.Context, call *api.Call, in *lambdaapi.UpdateFunctionCodeRequest) (*lambdaapi.FunctionConfiguration, error) {
	n, err := parseName(call, in.FunctionName, nil)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "UpdateFunctionCode", n); err != nil {
		return nil, err
	}
	if in.Publish != nil && *in.Publish || in.PublishTo != "" {
		return nil, awserr.Unsupported("the Publish parameter of UpdateFunctionCode")
	}
	if _, err := s.read(ctx, n); err != nil {
		return nil, err
	}
	from, err := sourceOf(&lambdaapi.FunctionCode{ZipFile: in.ZipFile, S3Bucket: in.S3Bucket, S3Key: in.S3Key,
		S3ObjectVersion: in.S3ObjectVersion, ImageUri: in.ImageUri, SourceKMSKeyArn: in.SourceKMSKeyArn})
	if err != nil {
		return nil, err
	}
	c, err := s.storeCode(ctx, call, from)
	if err != nil {
		return nil, err
	}
	return s.update(ctx, n, in.RevisionId, in.DryRun != nil && *in.DryRun, func(f *function) error {
		f.Code = c
		if len(in.Architectures) > 0 {
			f.Settings.Architectures = in.Architectures
		}
		return nil
	})
}

// update changes a function to a new revision and retires the environments of
// the old one.
func (s *Service) update(ctx context.Context, n name, given *string, dry bool, alter func(*function) error) (*lambdaapi.FunctionConfiguration, error) {
	revision := s.newID()
	var replaced string
	f, err := s.change(ctx, n, func(f *function) error {
		if err := checkSettled(f); err != nil {
			return err
		}
		if err := checkRevision(f, given); err != nil {
			return err
		}
		replaced = f.environmentID()
		if err := alter(f); err != nil {
			return err
		}
		if dry {
			return errDryRun
		}
		f.updating()
		s.touch(f, revision)
		return nil
	})
	if errors.Is(err, errDryRun) {
		return f.configuration(), nil
	}
	if err != nil {
		return nil, err
	}
	s.sandboxes.Retire(replaced)
	s.prepare(f)
	return f.configuration(), nil
}
