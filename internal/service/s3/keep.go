package s3

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"hash"
	"io"
	"net/http"
	"slices"

	"cloudless/internal/awserr"
)

// maxBlobBytes is the largest body that one request may bring.
const maxBlobBytes = 5 << 30

// trailerer is what a request's body offers when headers may come after it.
type trailerer interface {
	// Trailer returns the headers that followed the body. It is complete once
	// Read has returned io.EOF.
	Trailer() http.Header
}

// claimed is what a client says of a body that it sends.
type claimed struct {
	md5       []byte    // nil if it does not
	algorithm algorithm // of sum, or the one that a trailer is expected for
	sum       []byte    // nil if it does not, or will in a trailer
	also      algorithm // to compute whatever the client says
}

// claims reads the headers that tell the digests of a body.
func claims(contentMD5 *string, headers checksumHeaders, sdkAlgorithm string) (claimed, error) {
	var c claimed
	if contentMD5 != nil {
		sum, err := base64.StdEncoding.DecodeString(*contentMD5)
		if err != nil || len(sum) != md5.Size {
			return c, refuse(http.StatusBadRequest, "InvalidDigest", "The Content-MD5 you specified was invalid.").
				With(&badDigest{*contentMD5})
		}
		c.md5 = sum
	}
	expected, err := parseAlgorithm(sdkAlgorithm)
	if err != nil {
		return c, err
	}
	if c.algorithm, c.sum, err = headers.given(); err != nil {
		return c, err
	}
	if c.algorithm == "" {
		c.algorithm = expected
	}
	return c, nil
}

// kept is a body that has become a blob.
type kept struct {
	blob string
	size int64
	md5  []byte
	sums map[algorithm][]byte // those that were computed on the way

	// given is the algorithm of the checksum that the client gave, in a header
	// or a trailer; "" if it gave none.
	given algorithm
}

// keep reads body to its end into a new blob, and refuses it if it is not what
// the client claims. It takes no more than maxBlobBytes.
func (s *Service) keep(ctx context.Context, body io.Reader, c claimed) (*kept, error) {
	name, err := s.newBlob(ctx)
	if err != nil {
		return nil, err
	}
	if body == nil {
		body = bytes.NewReader(nil)
	}
	in := newIntake(body, c)
	size, err := s.blobs.Put(ctx, name, in)
	if in.err != nil {
		return nil, in.err // the client's fault, or the client's connection
	}
	if err != nil {
		return nil, err
	}
	k := &kept{blob: name, size: size, md5: in.md5.Sum(nil), given: in.given, sums: map[algorithm][]byte{}}
	for a, h := range in.hashes {
		k.sums[a] = h.Sum(nil)
	}
	if in.unchecked != nil {
		if err := s.checkLate(ctx, k, in.unchecked); err != nil {
			s.drop(ctx, name)
			return nil, err
		}
	}
	return k, nil
}

// checkLate computes the checksum of a blob that is already kept: of an
// algorithm that nothing but the trailer announced.
func (s *Service) checkLate(ctx context.Context, k *kept, want []byte) error {
	b, err := s.blobs.Open(ctx, k.blob)
	if err != nil {
		return err
	}
	defer b.Close()
	h := k.given.new()
	if _, err := io.Copy(h, b); err != nil {
		return err
	}
	k.sums[k.given] = h.Sum(nil)
	if !bytes.Equal(k.sums[k.given], want) {
		return k.given.mismatch(string(k.given))
	}
	return nil
}

// intake reads a body, computes its digests, and fails at its end if they are
// not what the client claims: so a blob store that is given an intake keeps
// nothing that is wrong.
type intake struct {
	body    io.Reader
	claimed claimed
	size    int64
	md5     hash.Hash
	hashes  map[algorithm]hash.Hash
	err     error // why reading failed

	given     algorithm
	unchecked []byte // the trailer's checksum, if nobody computed that algorithm
}

func newIntake(body io.Reader, c claimed) *intake {
	in := &intake{body: body, claimed: c, md5: md5.New(), hashes: map[algorithm]hash.Hash{}}
	for _, a := range []algorithm{c.algorithm, c.also} {
		if a != "" {
			in.hashes[a] = a.new()
		}
	}
	return in
}

// Read reads from the body. Its errors are *awserr.Error where the client is at fault.
func (in *intake) Read(p []byte) (int, error) {
	n, err := in.body.Read(p)
	in.size += int64(n)
	in.md5.Write(p[:n])
	for _, h := range in.hashes {
		h.Write(p[:n])
	}
	switch {
	case in.size > maxBlobBytes:
		err = entityTooLarge(in.size, maxBlobBytes)
	case err == io.EOF:
		if refusal := in.check(); refusal != nil {
			err = refusal
		}
	case err != nil:
		err = bodyError(err)
	}
	if err != nil && err != io.EOF {
		in.err = err
	}
	return n, err
}

// bodyError tells a body that ended too early from a refusal that the front
// door found on the way.
func bodyError(err error) error {
	if _, ok := errors.AsType[*awserr.Error](err); ok {
		return err
	}
	return incompleteBody().Because(err)
}

// check compares digests at the end of the body.
func (in *intake) check() error {
	c := in.claimed
	if sum := in.md5.Sum(nil); c.md5 != nil && !bytes.Equal(sum, c.md5) {
		return refuse(http.StatusBadRequest, "BadDigest", "The Content-MD5 you specified did not match what we received.").
			With(&digestDetail{base64.StdEncoding.EncodeToString(c.md5), base64.StdEncoding.EncodeToString(sum)})
	}
	if t, ok := in.body.(trailerer); ok && c.sum == nil {
		var err error
		if c.algorithm, c.sum, err = trailing(t.Trailer()); err != nil {
			return err
		}
	}
	if c.sum == nil {
		return nil
	}
	in.given = c.algorithm
	h, ok := in.hashes[c.algorithm]
	if !ok {
		in.unchecked = slices.Clone(c.sum)
		return nil
	}
	if !bytes.Equal(h.Sum(nil), c.sum) {
		return c.algorithm.mismatch(string(c.algorithm))
	}
	return nil
}
