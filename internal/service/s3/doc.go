// Package s3 answers the S3 API: buckets and objects, their parts, tags and
// policies.
//
// Each operation of the API is one file named after it (putobject.go,
// listobjectsv2.go), with its handler first and its helpers below. What a
// bucket has not here at all (CORS, lifecycle, replication and their like) is
// answered in unset.go. The handlers share:
//
//   - bucket.go, object.go, upload.go: what is known of each, and how it changes;
//   - description.go: what clients say of an object beside its bytes;
//   - keys.go:      where these lie in the store;
//   - keep.go:      bodies on their way in: digests, limits, one blob each;
//   - content.go:   bodies on their way out: an object is a list of blobs;
//   - listing.go:   pages of keys, with delimiters;
//   - condition.go, byterange.go, checksum.go, crccombine.go, tagset.go, acl.go,
//     usermetadata.go, policydocument.go, copysource.go, name.go, enumeration.go: the
//     rules of S3's headers and documents;
//   - errors.go:    S3's refusals, with what it tells beside code and message;
//   - run.go, collect.go: which blobs nobody refers to, and their end.
//
// Metadata lies in the key-value store and bytes in the blob store. A blob is
// complete and durable before the transaction that first refers to it, and is
// deleted only after the one that last did. So whatever happens, an object is
// the old one or the new one, whole. To finish a multipart upload moves no byte:
// its parts become the object's.
//
// Buckets belong to one namespace, whatever the account and region that made
// them, and are served to callers of every region.
//
// The package does not know how bytes lie on disk, how requests are signed or
// presigned, nor who would like to hear of changes.
package s3
