package s3

import (
	"net/http"
	"slices"

	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
)

// Buckets here are as S3 makes them today: ACLs are off, all that is in a
// bucket belongs to its owner (BucketOwnerEnforced). The canned ACLs that say
// the same are taken; others are refused as S3 refuses them for such a bucket.

// checkObjectACL refuses an ACL for an object that is made.
func checkObjectACL(acl string, grants []*string) error {
	if err := checkCannedACL("ObjectCannedACL", acl, grants); err != nil {
		return err
	}
	if isGranted(grants) || acl != "" && !isOwnersACL(acl) {
		return aclNotSupported()
	}
	return nil
}

// checkBucketACL refuses an ACL for a bucket that is made.
func checkBucketACL(acl string, grants []*string) error {
	if err := checkCannedACL("BucketCannedACL", acl, grants); err != nil {
		return err
	}
	if isGranted(grants) || acl != "" && acl != "private" {
		return refuse(http.StatusBadRequest, "InvalidBucketAclWithObjectOwnership",
			"Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
	}
	return nil
}

// checkPutACL refuses an ACL for what is there already.
func checkPutACL(shape, acl string, grants []*string, document *s3api.AccessControlPolicy) error {
	if err := checkCannedACL(shape, acl, grants); err != nil {
		return err
	}
	switch {
	case acl == "" && !isGranted(grants) && document == nil:
		return refuse(http.StatusBadRequest, "MissingSecurityHeader", "Your request was missing a required header").
			With(&struct{ MissingHeaderName string }{"x-amz-acl"})
	case acl != "" && document != nil:
		return refuse(http.StatusBadRequest, "UnexpectedContent", "This request does not support content")
	case !isOwnersACL(acl):
		return aclNotSupported()
	}
	return nil
}

func checkCannedACL(shape, acl string, grants []*string) error {
	switch {
	case acl != "" && !slices.Contains(enumeration(shape), acl):
		return invalidArgument("x-amz-acl", acl, "")
	case acl != "" && isGranted(grants):
		return invalidRequest("Specifying both Canned ACLs and Header Grants is not allowed")
	}
	return nil
}

// isOwnersACL reports whether a canned ACL leaves all to the owner of the
// bucket.
func isOwnersACL(acl string) bool { return acl == "private" || acl == "bucket-owner-full-control" }

func isGranted(grants []*string) bool {
	return slices.ContainsFunc(grants, func(g *string) bool { return g != nil })
}

func aclNotSupported() *awserr.Error {
	return refuse(http.StatusBadRequest, "AccessControlListNotSupported", "The bucket does not allow ACLs")
}

// ownerOnly is the ACL of every bucket and object.
func (b *bucket) ownerOnly() []s3api.Grant {
	return []s3api.Grant{{
		Grantee:    &s3api.Grantee{ID: new(canonicalUser(b.Owner)), Type: "CanonicalUser"},
		Permission: "FULL_CONTROL",
	}}
}
