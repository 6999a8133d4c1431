package s3

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/http"
	"slices"
	"strconv"
	"time"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/storage/kv"
)

// CompleteMultipartUpload makes an object of the parts of an upload. No byte
// is moved: the parts stay where they are and become the object's.
func (s *Service) CompleteMultipartUpload(ctx context.Context, call *api.Call, in *s3api.CompleteMultipartUploadRequest) (*s3api.CompleteMultipartUploadOutput, error) {
	cond, err := parseComplete(in)
	if err != nil {
		return nil, err
	}
	b, u, err := s.enterUpload(ctx, call, in.Bucket, in.ExpectedBucketOwner, in.Key, in.UploadId, "s3:PutObject")
	if err != nil {
		return nil, err
	}
	o, err := s.complete(ctx, b, u, in, cond)
	if err != nil {
		return nil, err
	}
	out := &s3api.CompleteMultipartUploadOutput{
		Bucket:               &b.Name,
		Key:                  &u.Key,
		Location:             new(call.BaseURL + "/" + b.Name + "/" + *keyEncoding("url").text(u.Key)),
		ETag:                 o.quotedETag(),
		ChecksumType:         o.Checksum.Type,
		ServerSideEncryption: o.Encryption,
	}
	out.ChecksumCRC32, out.ChecksumCRC32C, out.ChecksumCRC64NVME, out.ChecksumSHA1, out.ChecksumSHA256 = o.Checksum.fields()
	return out, nil
}

func parseComplete(in *s3api.CompleteMultipartUploadRequest) (cond writeCondition, err error) {
	if err := refuseCustomerKeys(in.SSECustomerAlgorithm, in.SSECustomerKey, in.SSECustomerKeyMD5); err != nil {
		return cond, err
	}
	if err := unsupportedChecksums(in.ChecksumMD5, in.ChecksumSHA512, in.ChecksumXXHASH128, in.ChecksumXXHASH3, in.ChecksumXXHASH64); err != nil {
		return cond, err
	}
	if in.MultipartUpload == nil || len(in.MultipartUpload.Parts) == 0 {
		return cond, invalidRequest("You must specify at least one part")
	}
	return parseWriteCondition(in.IfMatch, in.IfNoneMatch)
}

// complete replaces the object and ends the upload, in one transaction. Parts
// that the client does not list become garbage.
func (s *Service) complete(ctx context.Context, b *bucket, u *upload, in *s3api.CompleteMultipartUploadRequest, cond writeCondition) (o *object, err error) {
	where := uploadKey(u.Bucket, u.Key, u.ID)
	claims := kv.Claims{Write: [][]byte{where, objectKey(u.Bucket, u.Key)}, Read: [][]byte{bucketKey(u.Bucket)}}
	replacedID, unusedID, now := s.newID(), s.newID(), s.clock.Now()
	err = s.store.Update(ctx, claims, func(tx kv.Tx) error {
		if _, err := loadUpload(tx, u.Bucket, u.Key, u.ID); err != nil {
			return err
		}
		parts, err := readParts(tx, u.ID)
		if err != nil {
			return err
		}
		if err := u.checkConflict(tx, cond); err != nil {
			return err
		}
		chosen, err := u.choose(parts, in.MultipartUpload.Parts)
		if err != nil {
			return err
		}
		if o, err = u.object(chosen, in, now); err != nil {
			return err
		}
		if err := discardUnused(tx, unusedID, u.ID, parts, chosen); err != nil {
			return err
		}
		tx.Delete(where)
		_, err = replace(tx, b, u.Key, o, cond, replacedID)
		return err
	})
	s.wakeCollector()
	return o, err
}

// numbered is a part and its number.
type numbered struct {
	part
	number int
}

func readParts(r kv.Reader, upload string) ([]numbered, error) {
	var parts []numbered
	base := partsOf(upload)
	for pair, err := range r.Scan(kv.Prefix(base)) {
		if err != nil {
			return nil, err
		}
		p, err := decode[part](pair.Value)
		if err != nil {
			return nil, err
		}
		number, err := partNumber(pair.Key, base)
		if err != nil {
			return nil, err
		}
		parts = append(parts, numbered{*p, number})
	}
	return parts, nil
}

// checkConflict refuses a condition of which nobody can tell whether it held
// all along, since the object has changed while the upload was under way.
func (u *upload) checkConflict(tx kv.Tx, cond writeCondition) error {
	old, err := load[object](tx, objectKey(u.Bucket, u.Key))
	switch {
	case err != nil:
		return err
	case cond.ifNoneMatch && old == nil && u.Replaces:
		return conditionalConflict("If-None-Match", u.Key)
	case cond.ifMatch != nil && old != nil && cond.check(old, u.Key) == nil && old.Modified.After(u.Initiated):
		return conditionalConflict("If-Match", u.Key)
	}
	return nil
}

// choose finds the parts that the client lists.
func (u *upload) choose(parts []numbered, listed []s3api.CompletedPart) ([]numbered, error) {
	chosen := make([]numbered, 0, len(listed))
	for i, want := range listed {
		number := int64(0)
		if want.PartNumber != nil {
			number = *want.PartNumber
		}
		if i > 0 && number <= int64(chosen[i-1].number) {
			return nil, refuse(http.StatusBadRequest, "InvalidPartOrder",
				"The list of parts was not in ascending order. Parts must be ordered by part number.").With(&uploadDetail{u.ID})
		}
		at, found := slices.BinarySearchFunc(parts, number, func(p numbered, n int64) int { return p.number - int(n) })
		if !found || want.ETag == nil || unquote(*want.ETag) != parts[at].ETag {
			return nil, invalidPart(u.ID, number, unquote(value(want.ETag)))
		}
		if err := u.checkListed(&parts[at], want); err != nil {
			return nil, err
		}
		chosen = append(chosen, parts[at])
	}
	for _, p := range chosen[:len(chosen)-1] {
		if p.Size < minPartBytes {
			return nil, refuse(http.StatusBadRequest, "EntityTooSmall",
				"Your proposed upload is smaller than the minimum allowed size").
				With(&partTooSmall{p.ETag, strconv.Itoa(minPartBytes), strconv.Itoa(p.number), formatInt(p.Size)})
		}
	}
	return chosen, nil
}

// checkListed compares the checksum that the client lists for a part.
func (u *upload) checkListed(p *numbered, want s3api.CompletedPart) error {
	a, sum, err := checksumHeaders{want.ChecksumCRC32, want.ChecksumCRC32C, want.ChecksumCRC64NVME,
		want.ChecksumSHA1, want.ChecksumSHA256}.given()
	switch {
	case err != nil:
		return err
	case a == "" && u.Type == typeComposite:
		return invalidRequest("The upload was created using a %s checksum. The complete request must include the checksum "+
			"for each part. It was missing for part %d in the request.", u.Algorithm.lower(), p.number)
	case a != "" && (a != u.Algorithm || !slices.Equal(sum, p.Sum)):
		return invalidPart(u.ID, int64(p.number), p.ETag)
	}
	return nil
}

// object makes the object of the parts, and compares it with what the client
// says that it is to be.
func (u *upload) object(parts []numbered, in *s3api.CompleteMultipartUploadRequest, now time.Time) (*object, error) {
	etag := md5.New()
	o := &object{Version: objectVersion, Modified: now, Upload: u.ID, Parts: len(parts), description: u.description}
	for _, p := range parts {
		digest, err := hex.DecodeString(p.ETag)
		if err != nil {
			return nil, err
		}
		etag.Write(digest)
		o.Size += p.Size
	}
	o.ETag = hex.EncodeToString(etag.Sum(nil)) + "-" + strconv.Itoa(len(parts))
	o.Checksum = u.checksum(parts)
	if in.MpuObjectSize != nil && *in.MpuObjectSize != o.Size {
		return nil, invalidRequest("The provided 'x-amz-mp-object-size' header value %d does not match what was computed: %d",
			*in.MpuObjectSize, o.Size)
	}
	return o, u.checkChecksum(o.Checksum, in)
}

// checksum makes the checksum of the object of those of its parts.
func (u *upload) checksum(parts []numbered) checksum {
	a := u.algorithm()
	if u.Type == typeComposite {
		h := a.new()
		for _, p := range parts {
			h.Write(p.Sum)
		}
		return compositeOf(a, h, len(parts))
	}
	sum := parts[0].Sum
	for _, p := range parts[1:] {
		sum = combineCRC(a, sum, p.Sum, p.Size)
	}
	return fullObject(a, sum)
}

func compositeOf(a algorithm, h hash.Hash, parts int) checksum {
	return checksum{Algorithm: a, Type: typeComposite, Value: base64.StdEncoding.EncodeToString(h.Sum(nil)), Parts: parts}
}

// checkChecksum compares the checksum of the whole object that the client
// gives with ours.
func (u *upload) checkChecksum(sum checksum, in *s3api.CompleteMultipartUploadRequest) error {
	if in.ChecksumType != "" && in.ChecksumType != u.Type {
		mode := u.Type
		if mode == "" {
			mode = "null"
		}
		return invalidRequest("The upload was created using the %s checksum mode. The complete request must use the same checksum mode.", mode)
	}
	given := checksumHeaders{in.ChecksumCRC32, in.ChecksumCRC32C, in.ChecksumCRC64NVME, in.ChecksumSHA1, in.ChecksumSHA256}
	for i, text := range given {
		if text != nil && (algorithms[i] != sum.Algorithm || *text != sum.text() && *text != sum.Value) {
			return u.algorithm().mismatch(u.algorithm().lower())
		}
	}
	return nil
}

// discardUnused makes those parts garbage that are not chosen.
func discardUnused(tx kv.Tx, id, upload string, parts, chosen []numbered) error {
	var unused garbage
	for _, p := range parts {
		at, found := slices.BinarySearchFunc(chosen, p.number, func(c numbered, n int) int { return c.number - n })
		if found && chosen[at].number == p.number {
			continue
		}
		unused.Blobs = append(unused.Blobs, p.Blob)
		tx.Delete(partKey(upload, p.number))
	}
	return discard(tx, id, unused)
}
