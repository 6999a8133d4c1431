package s3

import (
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"cloudless/internal/awserr"
)

// algorithm is a checksum algorithm, by the name that S3's enumeration has
// for it. "" stands for none.
type algorithm string

const (
	algorithmCRC32     algorithm = "CRC32"
	algorithmCRC32C    algorithm = "CRC32C"
	algorithmCRC64NVME algorithm = "CRC64NVME"
	algorithmSHA1      algorithm = "SHA1"
	algorithmSHA256    algorithm = "SHA256"
)

// algorithms are those that are built, in the order of [checksumHeaders].
var algorithms = [...]algorithm{algorithmCRC32, algorithmCRC32C, algorithmCRC64NVME, algorithmSHA1, algorithmSHA256}

// The two ways in which the checksum of a multipart object may be made: of its
// bytes, or of the checksums of its parts.
const (
	typeFullObject = "FULL_OBJECT"
	typeComposite  = "COMPOSITE"
)

// defaultAlgorithm is what S3 computes for a body whose client gave none.
const defaultAlgorithm = algorithmCRC64NVME

// The polynomials, in the reversed form in which hash/crc32 and hash/crc64
// take them.
const polynomialCRC64NVME = 0x9a6c9329ac4bc9b5

var (
	tableCRC32C    = crc32.MakeTable(crc32.Castagnoli)
	tableCRC64NVME = crc64.MakeTable(polynomialCRC64NVME)
)

func (a algorithm) known() bool { return slices.Contains(algorithms[:], a) }

func (a algorithm) new() hash.Hash {
	switch a {
	case algorithmCRC32:
		return crc32.NewIEEE()
	case algorithmCRC32C:
		return crc32.New(tableCRC32C)
	case algorithmCRC64NVME:
		return crc64.New(tableCRC64NVME)
	case algorithmSHA1:
		return sha1.New()
	default:
		return sha256.New()
	}
}

// size returns the length of a checksum, in bytes.
func (a algorithm) size() int {
	switch a {
	case algorithmCRC32, algorithmCRC32C:
		return 4
	case algorithmCRC64NVME:
		return 8
	case algorithmSHA1:
		return sha1.Size
	default:
		return sha256.Size
	}
}

// combines reports whether the checksum of a whole can be computed from those
// of its pieces.
func (a algorithm) combines() bool {
	return a == algorithmCRC32 || a == algorithmCRC32C || a == algorithmCRC64NVME
}

// lower is the name as messages and headers write it.
func (a algorithm) lower() string { return strings.ToLower(string(a)) }

// header is the header or trailer that carries the checksum.
func (a algorithm) header() string { return "x-amz-checksum-" + a.lower() }

// parse reads the value of the header.
func (a algorithm) parse(text string) ([]byte, error) {
	sum, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(sum) != a.size() {
		return nil, invalidRequest("Value for %s header is invalid.", a.header())
	}
	return sum, nil
}

func (a algorithm) mismatch(spelled string) *awserr.Error {
	return refuse(http.StatusBadRequest, "BadDigest",
		"The "+spelled+" you specified did not match the calculated checksum.")
}

// parseAlgorithm reads x-amz-sdk-checksum-algorithm or
// x-amz-checksum-algorithm.
func parseAlgorithm(text string) (algorithm, error) {
	a := algorithm(strings.ToUpper(text))
	if a == "" || a.known() {
		return a, nil
	}
	if slices.Contains(enumeration("ChecksumAlgorithm"), string(a)) {
		return "", awserr.Unsupported("the checksum algorithm " + string(a))
	}
	return "", invalidRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: " +
		"[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
}

// checksumHeaders are the checksums that a request or a part of its body
// gives, in the order of [algorithms].
type checksumHeaders [len(algorithms)]*string

// given returns the one checksum that is there, or "".
func (h checksumHeaders) given() (algorithm, []byte, error) {
	var (
		found algorithm
		sum   []byte
	)
	for i, text := range h {
		if text == nil {
			continue
		}
		if found != "" {
			return "", nil, invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
		}
		found = algorithms[i]
		var err error
		if sum, err = found.parse(*text); err != nil {
			return "", nil, err
		}
	}
	return found, sum, nil
}

// trailing returns the checksum that came after the body, or "".
func trailing(trailer http.Header) (algorithm, []byte, error) {
	var h checksumHeaders
	for i, a := range algorithms {
		if values := trailer.Values(a.header()); len(values) > 0 {
			h[i] = &values[0]
		}
	}
	return h.given()
}

// checksum is the checksum of an object, as S3 keeps and returns it.
type checksum struct {
	Algorithm algorithm
	Type      string // typeFullObject or typeComposite
	Value     string // base64; of a composite, without the number of parts
	Parts     int    `json:",omitempty"` // of a composite
}

func fullObject(a algorithm, sum []byte) checksum {
	return checksum{Algorithm: a, Type: typeFullObject, Value: base64.StdEncoding.EncodeToString(sum)}
}

// text returns the checksum as headers have it.
func (c checksum) text() string {
	if c.Parts > 0 {
		return c.Value + "-" + strconv.Itoa(c.Parts)
	}
	return c.Value
}

// fields gives the checksum to the members that S3's shapes have for it: the
// one of its algorithm, and nil for the others.
func (c checksum) fields() (crc32, crc32c, crc64nvme, sha1, sha256 *string) {
	return checksumFields(c.Algorithm, c.text())
}

func checksumFields(a algorithm, text string) (crc32, crc32c, crc64nvme, sha1, sha256 *string) {
	switch a {
	case algorithmCRC32:
		crc32 = &text
	case algorithmCRC32C:
		crc32c = &text
	case algorithmCRC64NVME:
		crc64nvme = &text
	case algorithmSHA1:
		sha1 = &text
	case algorithmSHA256:
		sha256 = &text
	}
	return crc32, crc32c, crc64nvme, sha1, sha256
}

// unsupportedChecksums refuses the checksums that S3 takes and we do not.
func unsupportedChecksums(md5, sha512, xxhash128, xxhash3, xxhash64 *string) error {
	for i, text := range []*string{md5, sha512, xxhash128, xxhash3, xxhash64} {
		if text != nil {
			return awserr.Unsupported("the checksum algorithm " + []string{"MD5", "SHA512", "XXHASH128", "XXHASH3", "XXHASH64"}[i])
		}
	}
	return nil
}
