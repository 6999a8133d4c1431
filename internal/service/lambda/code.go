package lambda

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

// The quotas of deployment packages, in bytes.
const (
	maxZipBytes      = 50 << 20 // of those that are sent; those from S3 have no limit but the other
	maxUnzippedBytes = 250 << 20
)

// codePrefix begins the names of the packages' blobs.
const codePrefix = "lambda/code/"

// code is a deployment package that is kept.
type code struct {
	SHA256 string `json:"sha256"` // base64, as the API shows it
	Size   int64  `json:"size"`   // of the zip
	Blob   string `json:"blob"`

	Unzipped int64 `json:"unzipped,omitempty"`
}

// source is where a request says that the package is.
type source struct {
	zip                  []byte
	bucket, key, version *string
}

func sourceOf(c *lambdaapi.FunctionCode) (source, error) {
	if c.ImageUri != nil {
		return source{}, awserr.Unsupported("container images as deployment packages")
	}
	if c.SourceKMSKeyArn != nil {
		return source{}, awserr.Unsupported("the SourceKMSKeyArn parameter")
	}
	return source{zip: c.ZipFile, bucket: c.S3Bucket, key: c.S3Key, version: c.S3ObjectVersion}, nil
}

// storeCode fetches the package, checks it, and keeps it under the name of its
// hash. Packages are never changed, so two functions may share one.
func (s *Service) storeCode(ctx context.Context, call *api.Call, from source) (code, error) {
	text, err := s.fetchCode(ctx, call, from)
	if err != nil {
		return code{}, err
	}
	unzipped, err := checkZip(text)
	if err != nil {
		return code{}, err
	}
	sum := sha256.Sum256(text)
	c := code{
		SHA256: base64.StdEncoding.EncodeToString(sum[:]),
		Size:   int64(len(text)),
		Blob:   codePrefix + hex.EncodeToString(sum[:]),

		Unzipped: unzipped,
	}
	_, err = s.blobs.Put(ctx, c.Blob, bytes.NewReader(text))
	return c, err
}

func (s *Service) fetchCode(ctx context.Context, call *api.Call, from source) ([]byte, error) {
	switch {
	case from.zip != nil && from.bucket == nil && from.key == nil:
		if len(from.zip) > maxZipBytes {
			return nil, &awserr.Error{Code: awserr.CodeRequestTooLarge, Status: http.StatusRequestEntityTooLarge,
				Message: fmt.Sprintf("Zipped size must be smaller than %d bytes", maxZipBytes)}
		}
		return from.zip, nil
	case from.bucket == nil || from.key == nil || from.zip != nil:
		return nil, lambdaapi.InvalidParameterValueException("Please provide a source for function code.")
	}
	version := ""
	if from.version != nil {
		version = *from.version
	}
	object, err := s.objects.Open(ctx, call, *from.bucket, *from.key, version)
	if err != nil {
		e := awserr.From(err)
		if e.Status >= 500 {
			return nil, err
		}
		return nil, lambdaapi.InvalidParameterValueException(fmt.Sprintf(
			"Error occurred while GetObject. S3 Error Code: %s. S3 Error Message: %s", e.Code, e.Message))
	}
	defer object.Close()
	text, err := io.ReadAll(io.LimitReader(object, maxUnzippedBytes+1))
	if err == nil && len(text) > maxUnzippedBytes {
		err = tooLarge()
	}
	return text, err
}

func tooLarge() error {
	return lambdaapi.InvalidParameterValueException(fmt.Sprintf("Unzipped size must be smaller than %d bytes", maxUnzippedBytes))
}

// checkZip refuses what is no zip, is empty, or does not unpack to less than
// the quota.
// It returns how large it is then.
func checkZip(text []byte) (unzipped int64, err error) {
	archive, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	if err != nil || slices.ContainsFunc(archive.File, cannotBeUnzipped) {
		return 0, lambdaapi.InvalidParameterValueException("Could not unzip uploaded file. Please check your file, then try to upload again.")
	}
	if len(archive.File) == 0 {
		return 0, lambdaapi.InvalidParameterValueException("Uploaded file must be a non-empty zip")
	}
	for _, f := range archive.File {
		unzipped += int64(min(f.UncompressedSize64, maxUnzippedBytes))
		if unzipped >= maxUnzippedBytes {
			return 0, tooLarge()
		}
	}
	return unzipped, nil
}

// cannotBeUnzipped reports whether an entry's name leads out of the package, or it is neither
// file nor directory nor link.
func cannotBeUnzipped(f *zip.File) bool {
	kind := f.Mode().Type()
	return !filepath.IsLocal(path.Clean(strings.TrimSuffix(f.Name, "/"))) || kind&^(fs.ModeDir|fs.ModeSymlink) != 0
}

// openCode opens the kept package.
func (s *Service) openCode(c code) func(context.Context) (ZipFile, error) {
	return func(ctx context.Context) (ZipFile, error) {
		b, err := s.blobs.Open(ctx, c.Blob)
		if err != nil {
			return nil, fmt.Errorf("deployment package %s: %w", c.Blob, err)
		}
		return b, nil
	}
}

// sweepCode drops the packages that are not in use.
func (s *Service) sweepCode(ctx context.Context, used map[string]bool) error {
	for blobName, err := range s.blobs.Names(ctx, codePrefix) {
		if err != nil {
			return err
		}
		if used[blobName] {
			continue
		}
		if err := s.blobs.Delete(ctx, blobName); err != nil {
			return err
		}
	}
	return nil
}
