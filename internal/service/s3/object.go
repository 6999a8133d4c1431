package s3

import (
	"context"
	"strings"
	"time"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// object is what is known of an object.
type object struct {
	Version  int    // of this record's form
	ETag     string // without quotes
	Size     int64  // bytes
	Modified time.Time
	Checksum checksum

	// The bytes lie in Blob, or, if the object came by a multipart upload, in
	// the blobs of the Parts parts of Upload.
	Blob   string `json:",omitempty"`
	Upload string `json:",omitempty"`
	Parts  int    `json:",omitempty"`

	description
}

const objectVersion = 1

func (o *object) quotedETag() *string { return new(quote(o.ETag)) }

func quote(etag string) string { return `"` + etag + `"` }

func unquote(etag string) string { return strings.Trim(etag, `"`) }

// withoutChunking returns the content encoding without the framing that the
// front door has taken off.
func withoutChunking(encoding *string) *string {
	if encoding == nil {
		return nil
	}
	var kept []string
	for token := range strings.SplitSeq(*encoding, ",") {
		if token = strings.TrimSpace(token); token != "" && !strings.EqualFold(token, "aws-chunked") {
			kept = append(kept, token)
		}
	}
	if kept == nil {
		return nil
	}
	return new(strings.Join(kept, ","))
}

// findObject returns an object, once the caller may take action on it. Who
// may not list the bucket does not learn that a key is missing.
func (s *Service) findObject(ctx context.Context, call *api.Call, b *bucket, action, key string) (*object, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	if err := s.mayObject(ctx, call, b, action, key); err != nil {
		return nil, err
	}
	var o *object
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		o, err = load[object](r, objectKey(b.Name, key))
		return err
	})
	if err != nil {
		return nil, err
	}
	if o == nil {
		if err := s.mayBucket(ctx, call, b, "s3:ListBucket"); err != nil {
			return nil, err
		}
		return nil, noSuchKey(key)
	}
	return o, nil
}

// checkVersion refuses to look for a version other than the only one that
// objects have here.
func checkVersion(id *string) error {
	if id == nil || *id == nullVersion {
		return nil
	}
	return invalidArgument("versionId", *id, "Invalid version id specified")
}

// nullVersion is the version of objects in buckets without versioning.
const nullVersion = "null"

// putObject makes o the object at key, if the condition holds for what is
// there. What o replaces becomes garbage; so does the blob of o when o is
// refused.
func (s *Service) putObject(ctx context.Context, b *bucket, key string, o *object, cond writeCondition) error {
	claims := kv.Claims{Write: [][]byte{objectKey(b.Name, key)}, Read: [][]byte{bucketKey(b.Name)}}
	garbage := s.newID()
	var old *object
	refused, err := s.update(ctx, claims, func(tx kv.Tx) (err error) {
		tx.Set(blobKey(o.Blob), nil)
		old, err = replace(tx, b, key, o, cond, garbage)
		return err
	})
	if refused {
		s.drop(ctx, o.Blob)
	}
	if old != nil {
		s.wakeCollector()
	}
	return err
}

// replace puts o in the place of what is at key, and returns that; nil if
// there is nothing.
func replace(tx kv.Tx, b *bucket, key string, o *object, cond writeCondition, garbage string) (old *object, err error) {
	if _, err := loadBucket(tx, b.Name); err != nil {
		return nil, err
	}
	where := objectKey(b.Name, key)
	if old, err = load[object](tx, where); err != nil {
		return nil, err
	}
	if err := cond.check(old, key); err != nil {
		return nil, err
	}
	if err := discardObject(tx, garbage, old); err != nil {
		return nil, err
	}
	return old, save(tx, where, o)
}

// update is kv.Store's Update. It reports whether f refused, so that nothing
// is written for certain; after any other error the transaction may have been
// committed all the same.
func (s *Service) update(ctx context.Context, claims kv.Claims, f func(kv.Tx) error) (refused bool, err error) {
	err = s.store.Update(ctx, claims, func(tx kv.Tx) error {
		err := f(tx)
		refused = err != nil
		return err
	})
	return refused, err
}

// invalidState refuses to read an object that would have to be restored.
func invalidState(class string) *awserr.Error {
	return s3api.InvalidObjectState("The operation is not valid for the object's storage class").
		With(&s3api.InvalidObjectStateDetail{StorageClass: class})
}
