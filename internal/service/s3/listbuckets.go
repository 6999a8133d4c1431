package s3

import (
	"context"
	"slices"
	"strings"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/storage/kv"
)

// maxBuckets is how many buckets a page may be asked to have.
const maxBuckets = 10000

// ListBuckets lists the buckets of the caller's account: all at once, unless
// the caller asks for pages.
func (s *Service) ListBuckets(ctx context.Context, call *api.Call, in *s3api.ListBucketsRequest) (*s3api.ListBucketsOutput, error) {
	if err := checkListBuckets(in); err != nil {
		return nil, err
	}
	after, err := parseToken(in.ContinuationToken)
	if err != nil {
		return nil, err
	}
	if err := s.authz.Authorize(ctx, call, "s3:ListAllMyBuckets", "*"); err != nil {
		return nil, err
	}
	var out *s3api.ListBucketsOutput
	err = s.store.View(ctx, func(r kv.Reader) error {
		out = &s3api.ListBucketsOutput{
			Buckets: []s3api.Bucket{},
			Owner:   &s3api.Owner{ID: new(canonicalUser(call.Account))},
			Prefix:  in.Prefix,
		}
		return listBuckets(r, call.Account, after, in, out)
	})
	return out, err
}

// listBuckets adds to out what comes after the bucket after.
func listBuckets(r kv.Reader, account, after string, in *s3api.ListBucketsRequest, out *s3api.ListBucketsOutput) error {
	for pair, err := range r.Scan(kv.Prefix(beginning(allBuckets, value(in.Prefix)))) {
		if err != nil {
			return err
		}
		b, err := decode[bucket](pair.Value)
		if err != nil {
			return err
		}
		if b.Owner != account || b.Name <= after || in.BucketRegion != nil && b.Region != *in.BucketRegion {
			continue
		}
		if in.MaxBuckets != nil && int64(len(out.Buckets)) == *in.MaxBuckets {
			out.ContinuationToken = makeToken(*out.Buckets[len(out.Buckets)-1].Name)
			return nil
		}
		shown := s3api.Bucket{Name: &b.Name, CreationDate: new(second(b.Created))}
		if in.MaxBuckets != nil || in.Prefix != nil || in.BucketRegion != nil || in.ContinuationToken != nil {
			shown.BucketRegion, shown.BucketArn = &b.Region, new(b.arn())
		}
		out.Buckets = append(out.Buckets, shown)
	}
	return nil
}

func checkListBuckets(in *s3api.ListBucketsRequest) error {
	if in.MaxBuckets != nil && (*in.MaxBuckets < 1 || *in.MaxBuckets > maxBuckets) {
		return invalidArgument("max-buckets", formatInt(*in.MaxBuckets), "Argument max-buckets must be an integer between 1 and 10000")
	}
	if in.BucketRegion != nil && !isRegion(*in.BucketRegion) {
		return invalidArgumentName("bucket-region", "Argument value "+*in.BucketRegion+" is not a valid AWS Region")
	}
	return nil
}

func isRegion(name string) bool {
	return name == classicRegion || strings.Contains(name, "-") && slices.Contains(enumeration("BucketLocationConstraint"), name)
}
