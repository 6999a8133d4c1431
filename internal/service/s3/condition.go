package s3

import (
	"strings"
	"time"

	"cloudless/internal/awserr"
)

// readCondition is under which conditions an object is wanted.
type readCondition struct {
	ifMatch, ifNoneMatch               *string
	ifModifiedSince, ifUnmodifiedSince *time.Time
	prefix                             string // of the headers' names in refusals
}

// check reports whether the conditions hold, at the time now: which of them
// does not, and whether it says that the caller has the object already. A
// matching ETag makes S3 overlook the time of the same kind.
func (c readCondition) check(o *object, now time.Time) (unmet string, unchanged bool) {
	modified := second(o.Modified)
	switch {
	case c.ifMatch != nil && !matches(*c.ifMatch, o.ETag):
		return c.prefix + "If-Match", false
	case c.ifMatch == nil && c.ifUnmodifiedSince != nil && modified.After(second(*c.ifUnmodifiedSince)):
		return c.prefix + "If-Unmodified-Since", false
	case c.ifNoneMatch != nil && matches(*c.ifNoneMatch, o.ETag):
		return c.prefix + "If-None-Match", true
	case c.ifNoneMatch == nil && c.ifModifiedSince != nil &&
		!c.ifModifiedSince.After(now) && !modified.After(second(*c.ifModifiedSince)):
		return c.prefix + "If-Modified-Since", true
	}
	return "", false
}

// matches reports whether a list of ETags, or "*", covers etag. Quotes may be
// left out.
func matches(list, etag string) bool {
	for one := range strings.SplitSeq(list, ",") {
		one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
		if one == "*" || unquote(one) == etag {
			return true
		}
	}
	return false
}

// writeCondition is under which conditions an object is to be replaced.
type writeCondition struct {
	ifMatch     *string // an ETag
	ifNoneMatch bool    // only if there is none
}

// parseWriteCondition reads If-Match and If-None-Match of a write, where S3
// takes fewer forms of them than with a read.
func parseWriteCondition(ifMatch, ifNoneMatch *string) (writeCondition, error) {
	switch {
	case ifMatch != nil && ifNoneMatch != nil:
		return writeCondition{}, headerValueNotImplemented("If-Match,If-None-Match",
			"Multiple conditional request headers present in the request")
	case ifMatch != nil && *ifMatch == "*":
		return writeCondition{}, headerValueNotImplemented("If-Match",
			"We don't accept the provided value of If-Match header for this API")
	case ifNoneMatch != nil && *ifNoneMatch != "*":
		return writeCondition{}, headerValueNotImplemented("If-None-Match",
			"We don't accept the provided value of If-None-Match header for this API")
	}
	return writeCondition{ifMatch: ifMatch, ifNoneMatch: ifNoneMatch != nil}, nil
}

// check refuses to replace old, which is nil if there is no object at key.
func (c writeCondition) check(old *object, key string) error {
	switch {
	case c.ifNoneMatch && old != nil:
		return preconditionFailed("If-None-Match")
	case c.ifMatch != nil && old == nil:
		return noSuchKey(key)
	case c.ifMatch != nil && unquote(*c.ifMatch) != old.ETag:
		return preconditionFailed("If-Match")
	}
	return nil
}

// refuse makes the refusal of a read whose condition does not hold; nil if it
// holds.
func (c readCondition) refuse(o *object, now time.Time) *awserr.Error {
	unmet, unchanged := c.check(o, now)
	switch {
	case unmet == "":
		return nil
	case unchanged:
		return notModified()
	}
	return preconditionFailed(unmet)
}
