package s3

import (
	"context"
	"net/url"
	"strings"
	"time"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
)

// copySource is where a copy takes its bytes, and under which conditions.
type copySource struct {
	bucket, key   string
	expectedOwner *string
	condition     readCondition
}

// parseCopySource reads the x-amz-copy-source header: bucket and key as in a
// URL, with or without a slash before them, and maybe a version.
func parseCopySource(text string) (c copySource, err error) {
	path, query, _ := strings.Cut(text, "?")
	plain, err := url.QueryUnescape(path) // which takes "+" for a space, as S3 does
	if err != nil {
		return c, badCopySource("Invalid copy source encoding")
	}
	var found bool
	c.bucket, c.key, found = strings.Cut(strings.TrimPrefix(plain, "/"), "/")
	if !found || c.bucket == "" || c.key == "" {
		return c, badCopySource("Invalid copy source object key")
	}
	if id, ok := strings.CutPrefix(query, "versionId="); ok {
		return c, checkVersion(&id)
	}
	if query != "" {
		return c, awserr.Unsupported("the parameter " + query + " of x-amz-copy-source")
	}
	return c, nil
}

func badCopySource(message string) *awserr.Error {
	return invalidArgument("x-amz-copy-source", "x-amz-copy-source", message)
}

// conditions sets under which conditions the source is wanted.
func (c *copySource) conditions(ifMatch, ifNoneMatch *string, ifModifiedSince, ifUnmodifiedSince *time.Time) {
	c.condition = readCondition{ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince, "x-amz-copy-source-"}
}

// findSource returns the object that is to be copied, once the caller may
// read it and the conditions hold.
func (s *Service) findSource(ctx context.Context, call *api.Call, c copySource) (*bucket, *object, error) {
	b, err := s.openBucket(ctx, c.bucket, c.expectedOwner)
	if err != nil {
		return nil, nil, err
	}
	o, err := s.findObject(ctx, call, b, "s3:GetObject", c.key)
	if err != nil {
		return nil, nil, err
	}
	if unmet, _ := c.condition.check(o, s.clock.Now()); unmet != "" {
		return nil, nil, preconditionFailed(unmet)
	}
	if o.archived() {
		return nil, nil, s3api.ObjectNotInActiveTierError("The source object of the COPY action is not in the active tier")
	}
	return b, o, nil
}

// keepCopy makes a blob of length bytes of an object, from offset on.
func (s *Service) keepCopy(ctx context.Context, o *object, offset, length int64, c claimed) (*kept, error) {
	if length > maxBlobBytes {
		return nil, invalidRequest("The specified copy source is larger than the maximum allowable size for a copy source: %d", int64(maxBlobBytes))
	}
	body, err := s.openContent(ctx, o, offset, length)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return s.keep(ctx, body, c)
}
