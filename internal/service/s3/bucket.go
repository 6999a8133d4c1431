package s3

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// bucket is what is known of a bucket.
type bucket struct {
	Version int // of this record's form
	Name    string
	Owner   string // account
	Region  string
	Created time.Time

	// LocationConstraint is what the bucket was made with; it differs from the
	// region for us-east-1, which has none, and for the alias "EU".
	LocationConstraint string `json:",omitempty"`

	Tags   []s3api.Tag `json:",omitempty"`
	Policy string      `json:",omitempty"` // byte for byte as given

	// PublicAccess is the block on public access, or nil when it was removed.
	// New buckets block all.
	PublicAccess *publicAccess `json:",omitempty"`
}

const bucketVersion = 1

// publicAccess is a PublicAccessBlockConfiguration.
type publicAccess struct {
	BlockPublicAcls, IgnorePublicAcls, BlockPublicPolicy, RestrictPublicBuckets bool
}

func (b *bucket) arn() string                 { return "arn:aws:s3:::" + b.Name }
func (b *bucket) objectARN(key string) string { return b.arn() + "/" + key }

// openBucket finds a bucket. expectedOwner is the account that the caller
// believes it to belong to, or nil.
func (s *Service) openBucket(ctx context.Context, name string, expectedOwner *string) (*bucket, error) {
	if err := checkExpectedOwner(expectedOwner); err != nil {
		return nil, err
	}
	if !validBucketName(name) {
		return nil, invalidBucketName(name)
	}
	var b *bucket
	err := s.store.View(ctx, func(r kv.Reader) (err error) {
		b, err = loadBucket(r, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	if expectedOwner != nil && *expectedOwner != b.Owner {
		return nil, accessDenied()
	}
	return b, nil
}

// enterBucket is openBucket and mayBucket in one.
func (s *Service) enterBucket(ctx context.Context, call *api.Call, name string, expectedOwner *string, action string, facts ...api.Fact) (*bucket, error) {
	b, err := s.openBucket(ctx, name, expectedOwner)
	if err != nil {
		return nil, err
	}
	return b, s.mayBucket(ctx, call, b, action, facts...)
}

// loadBucket reads a bucket, or refuses where there is none.
func loadBucket(r kv.Reader, name string) (*bucket, error) {
	b, err := load[bucket](r, bucketKey(name))
	if err == nil && b == nil {
		err = noSuchBucket(name)
	}
	return b, err
}

// changeBucket lets change alter what is known of a bucket.
func (s *Service) changeBucket(ctx context.Context, name string, change func(*bucket) error) error {
	key := bucketKey(name)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		b, err := loadBucket(tx, name)
		if err != nil {
			return err
		}
		if err := change(b); err != nil {
			return err
		}
		return save(tx, key, b)
	})
}

func checkExpectedOwner(account *string) error {
	if account == nil {
		return nil
	}
	valid := len(*account) == 12
	for _, c := range []byte(*account) {
		valid = valid && '0' <= c && c <= '9'
	}
	if !valid {
		return refuse(http.StatusBadRequest, "InvalidBucketOwnerAWSAccountID",
			"The value of the expected bucket owner parameter must be an AWS Account ID... ["+*account+"]")
	}
	return nil
}

func accessDenied() *awserr.Error { return s3api.AccessDenied("Access Denied") }

// mayBucket asks whether the caller may act on the bucket itself.
func (s *Service) mayBucket(ctx context.Context, call *api.Call, b *bucket, action string, facts ...api.Fact) error {
	return s.may(ctx, call, b, action, b.arn(), facts)
}

// mayObject asks whether the caller may act on an object of the bucket.
func (s *Service) mayObject(ctx context.Context, call *api.Call, b *bucket, action, key string, facts ...api.Fact) error {
	return s.may(ctx, call, b, action, b.objectARN(key), facts)
}

// may asks the authorizer. It tells whose the bucket is, since the ARN does
// not.
func (s *Service) may(ctx context.Context, call *api.Call, b *bucket, action, resource string, facts []api.Fact) error {
	facts = append(facts, api.Given("aws:ResourceAccount", b.Owner))
	if b.Policy != "" && !b.restricts(call) {
		facts = append(facts, api.WithResourcePolicy(b.Policy))
	}
	return s.authz.Authorize(ctx, call, action, resource, facts...)
}

// restricts reports whether the block on public access keeps the policy, being
// public, from letting in a caller of another account.
func (b *bucket) restricts(call *api.Call) bool {
	return b.PublicAccess != nil && b.PublicAccess.RestrictPublicBuckets &&
		call.Principal.Account != b.Owner && call.Principal.Type != api.PrincipalService &&
		isPublicPolicy(b.Policy)
}

// owner is the owner of a bucket and all that is in it.
func (b *bucket) owner() *s3api.Owner { return &s3api.Owner{ID: new(canonicalUser(b.Owner))} }

// canonicalUser is S3's own name for an account: 64 hexadecimal digits that
// tell nothing of it.
func canonicalUser(account string) string {
	sum := sha256.Sum256([]byte("canonical user " + account))
	return hex.EncodeToString(sum[:])
}
