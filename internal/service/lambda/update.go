package lambda

import (
	"context"
	"errors"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// updating says how a function is to be updated.
type updating struct {
	revision *string // that is expected; nil is any
	publish  bool
	dry      bool
	alter    func(*function) error
}

// errDryRun ends a change that is only tried.
var errDryRun = errors.New("dry run")

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
