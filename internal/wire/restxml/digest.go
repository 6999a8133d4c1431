package restxml

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"net/http"
	"slices"
	"strings"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
)

// checksum is one way in which a client tells the checksum of a body.
type checksum struct {
	name string // as S3's messages have it; its header ends in it, in lower case
	new  func() hash.Hash
}

func (c checksum) header() string { return "x-amz-checksum-" + strings.ToLower(c.name) }

// polynomialCRC64NVME is in the reversed form in which hash/crc64 takes it.
const polynomialCRC64NVME = 0x9a6c9329ac4bc9b5

var checksums = []checksum{
	{"CRC32", func() hash.Hash { return crc32.NewIEEE() }},
	{"CRC32C", func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) }},
	{"CRC64NVME", func() hash.Hash { return crc64.New(crc64.MakeTable(polynomialCRC64NVME)) }},
	{"SHA1", sha1.New},
	{"SHA256", sha256.New},
}

// checkDigests compares a document with the checksums that its request gives
// of it, in S3's words. A checksum that is a member of the input is not of the
// body: CompleteMultipartUpload's is of the object.
func checkDigests(r *wire.Request, body []byte) error {
	if given := r.Header.Get("Content-MD5"); given != "" {
		if err := checkMD5(given, body); err != nil {
			return err
		}
	}
	for _, c := range checksums {
		given := r.Header.Get(c.header())
		if given == "" || isMember(r, c.header()) {
			continue
		}
		h := c.new()
		h.Write(body)
		want, err := base64.StdEncoding.DecodeString(given)
		switch {
		case err != nil || len(want) != h.Size():
			return refuse("InvalidRequest", "Value for "+c.header()+" header is invalid.")
		case !bytes.Equal(want, h.Sum(nil)):
			return refuse("BadDigest", "The "+c.name+" you specified did not match the calculated checksum.")
		}
	}
	return nil
}

func checkMD5(given string, body []byte) error {
	want, err := base64.StdEncoding.DecodeString(given)
	if err != nil || len(want) != md5.Size {
		return refuse("InvalidDigest", "The Content-MD5 you specified was invalid.").
			With(&struct {
				ContentMD5 string `xml:"Content-MD5"`
			}{given})
	}
	if sum := md5.Sum(body); !bytes.Equal(want, sum[:]) {
		return refuse("BadDigest", "The Content-MD5 you specified did not match what we received.").
			With(&struct{ ExpectedDigest, CalculatedDigest string }{given, base64.StdEncoding.EncodeToString(sum[:])})
	}
	return nil
}

func refuse(code, message string) *awserr.Error {
	return &awserr.Error{Code: code, Status: http.StatusBadRequest, Message: message}
}

// isMember reports whether a header carries a member of the request's input.
func isMember(r *wire.Request, header string) bool {
	return slices.ContainsFunc(r.Service.Shape(r.Operation.Input).Members, func(m wire.Member) bool {
		return m.In == wire.InHeader && strings.EqualFold(m.WireName(), header)
	})
}
