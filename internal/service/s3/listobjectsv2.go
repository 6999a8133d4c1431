package s3

import (
	"context"
	"encoding/base64"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// ListObjectsV2 lists a page of the keys of a bucket.
func (s *Service) ListObjectsV2(ctx context.Context, call *api.Call, in *s3api.ListObjectsV2Request) (*s3api.ListObjectsV2Output, error) {
	p, err := parseListObjects(in.MaxKeys, in.EncodingType)
	if err != nil {
		return nil, err
	}
	after, err := parseToken(in.ContinuationToken)
	if err != nil {
		return nil, err
	}
	if in.ContinuationToken == nil {
		after = value(in.StartAfter)
	}
	b, err := s.openBucket(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if in.FetchOwner != nil && *in.FetchOwner {
		p.owner = b.owner()
	}
	p.prefix, p.delimiter, p.after = value(in.Prefix), value(in.Delimiter), after
	if err := s.listObjects(ctx, call, b, p); err != nil {
		return nil, err
	}
	out := &s3api.ListObjectsV2Output{
		Name:              &b.Name,
		Prefix:            p.encoding.text(p.prefix),
		Delimiter:         p.encoding.given(in.Delimiter),
		EncodingType:      in.EncodingType,
		ContinuationToken: in.ContinuationToken,
		MaxKeys:           new(int64(p.limit)),
		KeyCount:          new(int64(len(p.objects) + len(p.common))),
		IsTruncated:       &p.truncated,
		Contents:          p.objects,
		CommonPrefixes:    p.common,
	}
	if in.ContinuationToken == nil {
		out.StartAfter = p.encoding.given(in.StartAfter)
	}
	if p.truncated {
		out.NextContinuationToken = makeToken(p.last)
	}
	return out, nil
}

// objectPage is a page of the objects of a bucket: what was asked for, and,
// once it is read, what is on it.
type objectPage struct {
	action            string // of policies
	encoding          keyEncoding
	limit             int
	prefix, delimiter string
	after             string
	owner             *s3api.Owner // of each object; nil if it is not to be told

	objects   []s3api.Object
	common    []s3api.CommonPrefix
	last      string // key or common prefix, not encoded
	truncated bool
}

func parseListObjects(maxKeys *int64, encodingType string) (p *objectPage, err error) {
	p = &objectPage{action: "s3:ListBucket"}
	if p.limit, err = pageSize(maxKeys, "max-keys"); err != nil {
		return nil, err
	}
	p.encoding, err = parseEncoding(encodingType)
	return p, err
}

// listObjects reads the page.
func (s *Service) listObjects(ctx context.Context, call *api.Call, b *bucket, p *objectPage) error {
	facts := []api.Fact{api.Given("s3:prefix", p.prefix), api.Given("s3:max-keys", formatInt(int64(p.limit)))}
	if p.delimiter != "" {
		facts = append(facts, api.Given("s3:delimiter", p.delimiter))
	}
	if err := s.mayBucket(ctx, call, b, p.action, facts...); err != nil {
		return err
	}
	l := listing{base: objectsOf(b.Name), prefix: p.prefix, delimiter: p.delimiter, limit: p.limit}
	l.startAfter(p.after)
	return s.store.View(ctx, func(r kv.Reader) error {
		p.objects = nil
		common, last, truncated, err := l.read(r, func(key string, pair kv.Pair) error {
			o, err := decode[object](pair.Value)
			if err == nil {
				p.objects = append(p.objects, o.listed(p.encoding.text(key), p.owner))
			}
			return err
		})
		p.common, p.last, p.truncated = p.encoding.prefixes(common), last, truncated
		return err
	})
}

// listed is the object as a listing shows it.
func (o *object) listed(key *string, owner *s3api.Owner) s3api.Object {
	return s3api.Object{
		Key:               key,
		ETag:              o.quotedETag(),
		Size:              &o.Size,
		LastModified:      new(second(o.Modified)),
		StorageClass:      o.StorageClass,
		ChecksumAlgorithm: []string{string(o.Checksum.Algorithm)},
		ChecksumType:      o.Checksum.Type,
		Owner:             owner,
	}
}

func (e keyEncoding) prefixes(common []string) []s3api.CommonPrefix {
	var shown []s3api.CommonPrefix
	for _, p := range common {
		shown = append(shown, s3api.CommonPrefix{Prefix: e.text(p)})
	}
	return shown
}

// A continuation token is the last entry of the page before, in a form that
// nobody should read.

const tokenVersion = "1"

func makeToken(last string) *string {
	return new(base64.RawURLEncoding.EncodeToString([]byte(tokenVersion + last)))
}

func parseToken(token *string) (last string, err error) {
	if token == nil {
		return "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(*token)
	if err != nil || len(text) < 2 || string(text[:1]) != tokenVersion {
		return "", badToken()
	}
	return string(text[1:]), nil
}

func badToken() *awserr.Error {
	return invalidArgumentName("continuation-token", "The continuation token provided is incorrect")
}
