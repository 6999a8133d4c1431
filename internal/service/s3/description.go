package s3

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
)

// description is what a client says of an object beside its bytes.
type description struct {
	ContentType             string            `json:",omitempty"`
	ContentEncoding         *string           `json:",omitempty"`
	ContentDisposition      *string           `json:",omitempty"`
	ContentLanguage         *string           `json:",omitempty"`
	CacheControl            *string           `json:",omitempty"`
	Expires                 *string           `json:",omitempty"`
	WebsiteRedirectLocation *string           `json:",omitempty"`
	Metadata                map[string]string `json:",omitempty"` // names in lower case, values in UTF-8
	Tags                    []s3api.Tag       `json:",omitempty"`
	StorageClass            string

	// Encryption is what the client asked for and is told again: "" or AES256.
	Encryption string `json:",omitempty"`
}

const (
	defaultContentType  = "binary/octet-stream"
	defaultStorageClass = "STANDARD"
)

// options are the members that all requests have which make an object: those
// that go into its description, and those that are refused here.
type options struct {
	contentType, contentEncoding, contentDisposition, contentLanguage, cacheControl *string
	expires, websiteRedirectLocation, tagging                                       *string
	metadata                                                                        map[string]string
	storageClass, encryption                                                        string

	acl                                         string
	grants                                      []*string // x-amz-grant-…
	kmsKey, kmsContext                          *string
	customerAlgorithm, customerKey, customerMD5 *string
	lockMode, legalHold                         string
	retainUntil                                 *time.Time
}

// describe makes the description, with S3's defaults.
func (o options) describe() (description, error) {
	d := description{
		ContentType:             defaultContentType,
		ContentEncoding:         withoutChunking(o.contentEncoding),
		ContentDisposition:      o.contentDisposition,
		ContentLanguage:         o.contentLanguage,
		CacheControl:            o.cacheControl,
		Expires:                 o.expires,
		WebsiteRedirectLocation: o.websiteRedirectLocation,
		StorageClass:            defaultStorageClass,
		Encryption:              o.encryption,
	}
	if o.contentType != nil && *o.contentType != "" {
		d.ContentType = *o.contentType
	}
	if o.storageClass != "" {
		d.StorageClass = o.storageClass
	}
	if err := o.check(); err != nil {
		return d, err
	}
	var err error
	if d.Metadata, err = parseMetadata(o.metadata); err != nil {
		return d, err
	}
	if o.tagging != nil {
		d.Tags, err = parseTagging(*o.tagging)
	}
	return d, err
}

// check refuses what S3 refuses, and what is not built.
func (o options) check() error {
	if err := checkObjectACL(o.acl, o.grants); err != nil {
		return err
	}
	if err := checkStorageClass(o.storageClass); err != nil {
		return err
	}
	if err := checkRedirect(o.websiteRedirectLocation); err != nil {
		return err
	}
	if o.lockMode != "" || o.legalHold != "" || o.retainUntil != nil {
		return invalidRequest("Bucket is missing Object Lock Configuration")
	}
	if err := checkEncryption(o.encryption, o.kmsKey, o.kmsContext); err != nil {
		return err
	}
	return refuseCustomerKeys(o.customerAlgorithm, o.customerKey, o.customerMD5)
}

// storageClasses are those that objects of a bucket in a region may have.
var storageClasses = []string{"STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA",
	"INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE", "GLACIER_IR"}

func checkStorageClass(class string) error {
	if class == "" || slices.Contains(storageClasses, class) {
		return nil
	}
	return refuse(http.StatusBadRequest, "InvalidStorageClass", "The storage class you specified is not valid").
		With(&storageClass{class})
}

func checkRedirect(location *string) error {
	if location == nil {
		return nil
	}
	for _, prefix := range []string{"/", "http://", "https://"} {
		if strings.HasPrefix(*location, prefix) {
			return nil
		}
	}
	return refuse(http.StatusBadRequest, "InvalidRedirectLocation",
		"The website redirect location must have a prefix of 'http://' or 'https://' or '/'.")
}

// checkEncryption takes AES256, which S3 applies to every object anyhow. Bytes
// lie in the data directory as its file system keeps them.
func checkEncryption(encryption string, kmsKey, kmsContext *string) error {
	switch {
	case encryption == "aws:kms" || encryption == "aws:kms:dsse" || encryption == "aws:fsx":
		return awserr.Unsupported("the encryption " + encryption)
	case encryption != "" && encryption != "AES256":
		return invalidArgument("x-amz-server-side-encryption", encryption, "The encryption method specified is not supported")
	case kmsKey != nil || kmsContext != nil:
		return invalidArgument("x-amz-server-side-encryption", encryption,
			"Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms")
	}
	return nil
}

// refuseCustomerKeys refuses encryption with keys that come with the request.
func refuseCustomerKeys(headers ...*string) error {
	for _, h := range headers {
		if h != nil {
			return awserr.Unsupported("server-side encryption with customer-provided keys")
		}
	}
	return nil
}

// archived reports whether the bytes have to be restored before they can be
// read.
func (d *description) archived() bool {
	return d.StorageClass == "GLACIER" || d.StorageClass == "DEEP_ARCHIVE"
}

// shownClass is the storage class as a header tells it: not at all if it is
// the ordinary one.
func (d *description) shownClass() string {
	if d.StorageClass == defaultStorageClass {
		return ""
	}
	return d.StorageClass
}

// tagCount is the number of tags, or nil if there are none.
func (d *description) tagCount() *int64 {
	if len(d.Tags) == 0 {
		return nil
	}
	return new(int64(len(d.Tags)))
}

func metadataTooLarge(size int) *awserr.Error {
	return refuse(http.StatusBadRequest, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size").
		With(&lengthDetail{strconv.Itoa(size), strconv.Itoa(maxMetadataBytes)})
}
