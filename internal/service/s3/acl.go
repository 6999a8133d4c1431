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

// checkObjectACL refuses an ACL for an object.
func checkObjectACL(acl string, grants []*string) error {
	granted := slices.ContainsFunc(grants, func(g *string) bool { return g != nil })
	switch {
	case acl != "" && !slices.Contains(enumeration("ObjectCannedACL"), acl):
		return invalidArgument("x-amz-acl", acl, "")
	case acl != "" && granted:
		return invalidRequest("Specifying both Canned ACLs and Header Grants is not allowed")
	case granted, acl != "" && acl != "private" && acl != "bucket-owner-full-control":
		return aclNotSupported()
	}
	return nil
}

// checkBucketACL refuses an ACL for a bucket that is made.
func checkBucketACL(acl string, grants []*string) error {
	granted := slices.ContainsFunc(grants, func(g *string) bool { return g != nil })
	switch {
	case acl != "" && !slices.Contains(enumeration("BucketCannedACL"), acl):
		return invalidArgument("x-amz-acl", acl, "")
	case acl != "" && granted:
		return invalidRequest("Specifying both Canned ACLs and Header Grants is not allowed")
	case granted, acl != "" && acl != "private":
		return refuse(http.StatusBadRequest, "InvalidBucketAclWithObjectOwnership",
			"Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
	}
	return nil
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
