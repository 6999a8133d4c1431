package lambda

import (
	"context"
	"errors"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// published is what a function remembers of its last publication.
type published struct {
	Number int64  `json:"number"` // the highest that was given to a version; none is given twice
	As     string `json:"as"`     // the fingerprint of what was published
}

// PublishVersion keeps $LATEST as it is under the next number. If it is as it
// was when it was last published, that version is the answer.
func (s *Service) PublishVersion(ctx context.Context, call *api.Call, in *lambdaapi.PublishVersionRequest) (*lambdaapi.FunctionConfiguration, error) {
	n, err := s.mutable(ctx, call, "PublishVersion", in.FunctionName)
	if err != nil {
		return nil, err
	}
	if in.PublishTo != "" {
		return nil, awserr.Unsupported("the PublishTo parameter of PublishVersion")
	}
	var version *function
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{n.key()}}, func(tx kv.Tx) error {
		f, err := readFunction(tx, n)
		if err != nil {
			return err
		}
		if err := checkPublication(f, in); err != nil {
			return err
		}
		if version, err = s.publish(tx, f, in.Description); err != nil {
			return err
		}
		return writeRecord(tx, f.key(), f)
	})
	if err != nil {
		return nil, err
	}
	return version.configuration(version.versionARN()), nil
}

// checkPublication refuses to publish what is not as the caller thinks.
func checkPublication(f *function, in *lambdaapi.PublishVersionRequest) error {
	if err := checkSettled(f); err != nil {
		return err
	}
	if err := checkRevision(f.RevisionID, in.RevisionId); err != nil {
		return err
	}
	if in.CodeSha256 != nil && *in.CodeSha256 != "" && *in.CodeSha256 != f.Code.SHA256 {
		return lambdaapi.InvalidParameterValueException("CodeSHA256 (" + *in.CodeSha256 + ") is different from current CodeSHA256 in $LATEST (" +
			f.Code.SHA256 + "). Please try again with the CodeSHA256 in $LATEST.")
	}
	return nil
}

// publish returns the version that was published of $LATEST as it is now, or
// writes it. It changes f, which the caller writes.
func (s *Service) publish(tx kv.Tx, f *function, description *string) (*function, error) {
	as := f.fingerprint()
	if f.Published.As == as {
		last := &function{}
		err := readRecord(tx, versionKey(f.Account, f.Region, f.Name, f.Published.Number), last, kv.ErrNotFound)
		if !errors.Is(err, kv.ErrNotFound) { // it may have been deleted
			return last, err
		}
	}
	f.Published = published{Number: f.Published.Number + 1, As: as}
	version := &function{
		FormatVersion: f.FormatVersion, Account: f.Account, Region: f.Region, Name: f.Name, Number: f.Published.Number,
		build: f.build, State: stateActive, UpdateStatus: updateSuccessful,
	}
	set(&version.Settings.Description, description)
	if f.Task != "" {
		version.creating(s.newID())
	}
	s.touch(version, s.newID())
	f.RevisionID = s.newID()
	return version, writeRecord(tx, version.key(), version)
}
