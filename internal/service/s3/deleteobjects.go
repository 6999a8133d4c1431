package s3

import (
	"context"
	"net/http"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
)

// maxDeletes is how many objects one request may delete.
const maxDeletes = 1000

// DeleteObjects deletes up to a thousand objects, each for itself: that one
// cannot be deleted does not keep the others. With Quiet the answer tells only
// what went wrong.
func (s *Service) DeleteObjects(ctx context.Context, call *api.Call, in *s3api.DeleteObjectsRequest) (*s3api.DeleteObjectsOutput, error) {
	if in.Delete == nil || len(in.Delete.Objects) == 0 || len(in.Delete.Objects) > maxDeletes {
		return nil, malformedXML()
	}
	if err := checkBypass(in.BypassGovernanceRetention); err != nil {
		return nil, err
	}
	b, err := s.openBucket(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	quiet := in.Delete.Quiet != nil && *in.Delete.Quiet
	out := &s3api.DeleteObjectsOutput{}
	for _, id := range in.Delete.Objects {
		err := s.deleteOne(ctx, call, b, id)
		switch {
		case err != nil && ctx.Err() != nil:
			return nil, err
		case err != nil:
			out.Errors = append(out.Errors, deleteError(id, err))
		case !quiet:
			out.Deleted = append(out.Deleted, s3api.DeletedObject{Key: &id.Key, VersionId: id.VersionId})
		}
	}
	return out, nil
}

func (s *Service) deleteOne(ctx context.Context, call *api.Call, b *bucket, id s3api.ObjectIdentifier) error {
	switch {
	case id.VersionId != nil && *id.VersionId != nullVersion:
		return refuse(http.StatusNotFound, "NoSuchVersion", "The specified version does not exist.")
	case id.LastModifiedTime != nil:
		return headerNotImplemented("LastModifiedTime") // for directory buckets alone
	case id.Size != nil:
		return headerNotImplemented("Size")
	}
	return s.deleteObject(ctx, call, b, id.Key, id.ETag)
}

func deleteError(id s3api.ObjectIdentifier, err error) s3api.Error {
	e := awserr.From(err)
	code := e.Code
	switch code {
	case awserr.CodeAccessDenied:
		code = "AccessDenied"
	case awserr.CodeInternalFailure:
		code = "InternalError"
	}
	return s3api.Error{Code: &code, Key: &id.Key, Message: &e.Message, VersionId: id.VersionId}
}
