package lambda

import (
	"context"
	"errors"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// errDryRun ends a change that is only tried.
var errDryRun = errors.New("dry run")

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
	from, err := sourceOf(&lambdaapi.FunctionCode{ZipFile: in.ZipFile, S3Bucket: in.S3Bucket, S3Key: in.S3Key,
		S3ObjectVersion: in.S3ObjectVersion, ImageUri: in.ImageUri, SourceKMSKeyArn: in.SourceKMSKeyArn})
	if err != nil {
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
			return nil
		},
	})
}

// mutable returns the name of a function that is there and that the caller may
// change. Published versions never change.
func (s *Service) mutable(ctx context.Context, call *api.Call, action, function string) (name, error) {
	n, err := parseName(call, function, nil)
	if err != nil {
		return n, err
	}
	if err := s.authorize(ctx, call, action, n.unqualified()); err != nil {
		return n, err
	}
	if n.qualifier != "" && n.qualifier != latest {
		return n, lambdaapi.InvalidParameterValueException("This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.")
	}
	n = n.unqualified()
	_, err = s.read(ctx, n)
	return n, err
}

// updating says how a function is to be updated.
type updating struct {
	revision *string // that is expected; nil is any
	publish  bool
	dry      bool
	alter    func(*function) error
}

// update changes a function to a new revision, and returns it, or the version
// that was published of it. Invocations get what was before, until the new
// build is ready.
func (s *Service) update(ctx context.Context, n name, u updating) (*lambdaapi.FunctionConfiguration, error) {
	var f, version *function
	err := s.store.Update(ctx, kv.Claims{Write: [][]byte{n.key()}}, func(tx kv.Tx) error {
		var err error
		if f, err = readFunction(tx, n); err != nil {
			return err
		}
		if err := s.alter(f, u); err != nil {
			return err
		}
		if u.publish {
			if version, err = s.publish(tx, f, nil); err != nil {
				return err
			}
		}
		return writeRecord(tx, f.key(), f)
	})
	if errors.Is(err, errDryRun) {
		return f.configuration(f.arn()), nil
	}
	if err != nil {
		return nil, err
	}
	s.prepare(f)
	if version == nil {
		return f.configuration(f.arn()), nil
	}
	s.prepare(version)
	return version.configuration(version.versionARN()), nil
}

// alter makes the update in the record.
func (s *Service) alter(f *function, u updating) error {
	if err := checkSettled(f); err != nil {
		return err
	}
	if err := checkRevision(f.RevisionID, u.revision); err != nil {
		return err
	}
	before := *f.running()
	if err := u.alter(f); err != nil {
		return err
	}
	if u.dry {
		return errDryRun
	}
	f.updating(s.newID(), before)
	s.touch(f, s.newID())
	return nil
}
