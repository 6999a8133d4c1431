package s3

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
)

// GetObject returns an object or a part of it, if the conditions hold. The
// body lasts even if the object is replaced while it is read.
func (s *Service) GetObject(ctx context.Context, call *api.Call, in *s3api.GetObjectRequest) (*s3api.GetObjectOutput, error) {
	return retryGone(func() (*s3api.GetObjectOutput, error) {
		p, err := s.planRead(ctx, call, in)
		if err != nil {
			return nil, err
		}
		if p.object.archived() {
			return nil, invalidState(p.object.StorageClass)
		}
		body, err := s.openContent(ctx, p.object, p.bytes.first, p.bytes.length())
		if err != nil {
			return nil, err
		}
		return p.output(in, body), nil
	})
}

// readPlan is what is to be read of which object.
type readPlan struct {
	object   *object
	bytes    byteRange
	partial  bool     // the answer tells the range
	parts    *int64   // how many parts the object has, if one was asked for
	checksum checksum // of these bytes; empty if there is none, or it is not wanted
}

// planRead finds the object of a GetObject or a HeadObject and what of it is
// wanted.
func (s *Service) planRead(ctx context.Context, call *api.Call, in *s3api.GetObjectRequest) (*readPlan, error) {
	if err := checkGetObject(call, in); err != nil {
		return nil, err
	}
	b, err := s.openBucket(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	o, err := s.findObject(ctx, call, b, "s3:GetObject", in.Key)
	if err != nil {
		return nil, err
	}
	cond := readCondition{ifMatch: in.IfMatch, ifNoneMatch: in.IfNoneMatch,
		ifModifiedSince: in.IfModifiedSince, ifUnmodifiedSince: in.IfUnmodifiedSince}
	if refusal := cond.refuse(o, s.clock.Now()); refusal != nil {
		return nil, refusal
	}
	p := &readPlan{object: o, bytes: byteRange{0, o.Size - 1}}
	switch {
	case in.PartNumber != nil:
		err = s.planPart(ctx, p, *in.PartNumber)
	case in.Range != nil:
		err = p.setRange(*in.Range)
	}
	if err != nil {
		return nil, err
	}
	if p.checksum.Algorithm == "" && p.bytes == (byteRange{0, o.Size - 1}) {
		p.checksum = o.Checksum
	}
	if in.ChecksumMode != "ENABLED" {
		p.checksum = checksum{}
	}
	return p, nil
}

func checkGetObject(call *api.Call, in *s3api.GetObjectRequest) error {
	if err := checkVersion(in.VersionId); err != nil {
		return err
	}
	if in.PartNumber != nil && in.Range != nil {
		return invalidRequest("Cannot specify both Range header and partNumber query parameter")
	}
	if in.PartNumber != nil {
		if err := checkPartNumber(*in.PartNumber); err != nil {
			return err
		}
	}
	overrides := []*string{in.ResponseCacheControl, in.ResponseContentDisposition, in.ResponseContentEncoding,
		in.ResponseContentLanguage, in.ResponseContentType}
	for i, text := range overrides {
		if text == nil {
			continue
		}
		if call.Principal.Type == api.PrincipalAnonymous {
			return invalidRequest("Request specific response headers cannot be used for anonymous GET requests.")
		}
		if !isHeaderText(*text) {
			name := []string{"cache-control", "content-disposition", "content-encoding", "content-language", "content-type"}[i]
			return invalidArgument("response-"+name, *text, "Header value cannot be represented using ISO-8859-1.")
		}
	}
	return refuseCustomerKeys(in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5)
}

func (p *readPlan) setRange(text string) error {
	r, ok, err := parseRange(text, p.object.Size)
	if err != nil || !ok {
		return err
	}
	p.bytes, p.partial = r, true
	return nil
}

// planPart reads the part of that number, counted from one. An object that was
// not uploaded in parts is its own first part.
func (s *Service) planPart(ctx context.Context, p *readPlan, number int64) error {
	o := p.object
	count := max(o.Parts, 1)
	if number > int64(count) {
		return refuse(http.StatusRequestedRangeNotSatisfiable, "InvalidPartNumber", "The requested partnumber is not satisfiable").
			With(&partCount{formatInt(number), strconv.Itoa(count)})
	}
	p.partial = o.Size > 0
	if o.Upload == "" {
		return nil
	}
	p.parts = new(int64(count))
	offset, part, err := s.partOf(ctx, o, int(number))
	if err != nil {
		return err
	}
	p.bytes = byteRange{offset, offset + part.Size - 1}
	if o.Checksum.Type == typeComposite {
		p.checksum = fullObject(o.Checksum.Algorithm, part.Sum)
		p.checksum.Type = typeComposite
	}
	return nil
}

// output makes the answer.
func (p *readPlan) output(in *s3api.GetObjectRequest, body io.ReadCloser) *s3api.GetObjectOutput {
	o := p.object
	out := &s3api.GetObjectOutput{
		Body:                    body,
		AcceptRanges:            new("bytes"),
		ContentLength:           new(p.bytes.length()),
		ETag:                    o.quotedETag(),
		LastModified:            new(second(o.Modified)),
		CacheControl:            override(in.ResponseCacheControl, o.CacheControl),
		ContentDisposition:      override(in.ResponseContentDisposition, o.ContentDisposition),
		ContentEncoding:         override(in.ResponseContentEncoding, o.ContentEncoding),
		ContentLanguage:         override(in.ResponseContentLanguage, o.ContentLanguage),
		ContentType:             override(in.ResponseContentType, &o.ContentType),
		Expires:                 o.Expires,
		Metadata:                showMetadata(o.Metadata),
		PartsCount:              p.parts,
		ServerSideEncryption:    o.Encryption,
		StorageClass:            o.shownClass(),
		TagCount:                o.tagCount(),
		WebsiteRedirectLocation: o.WebsiteRedirectLocation,
	}
	if in.ResponseExpires != nil {
		out.Expires = new(in.ResponseExpires.UTC().Format(httpTime))
	}
	if p.partial {
		out.ContentRange = new(p.bytes.header(o.Size))
	}
	if p.checksum.Algorithm != "" {
		out.ChecksumType = p.checksum.Type
		out.ChecksumCRC32, out.ChecksumCRC32C, out.ChecksumCRC64NVME, out.ChecksumSHA1, out.ChecksumSHA256 = p.checksum.fields()
	}
	return out
}

// httpTime is how headers write a time, which is in UTC.
const httpTime = "Mon, 02 Jan 2006 15:04:05 GMT"

func override(given, kept *string) *string {
	if given != nil {
		return given
	}
	return kept
}
