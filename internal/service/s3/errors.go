package s3

import (
	"fmt"
	"net/http"
	"strconv"

	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
)

// What S3 tells beside code and message: the details of its refusals, each
// member under S3's own name. The model lists few of these errors.
type (
	bucketDetail   struct{ BucketName string }
	keyDetail      struct{ Key string }
	uploadDetail   struct{ UploadId string }
	headerDetail   struct{ Header string }
	conditionUnmet struct{ Condition string }
	argument       struct{ ArgumentName string }
	argumentValue  struct{ ArgumentName, ArgumentValue string }
	headerValue    struct {
		Header            string
		AdditionalMessage string `xml:"additionalMessage"`
	}
	location       struct{ LocationConstraint string }
	rangeDetail    struct{ RangeRequested, ActualObjectSize string }
	partCount      struct{ PartNumberRequested, ActualPartCount string }
	sizeDetail     struct{ ProposedSize, MaxSizeAllowed string }
	lengthDetail   struct{ Size, MaxSizeAllowed string }
	partTooSmall   struct{ ETag, MinSizeAllowed, PartNumber, ProposedSize string }
	partDetail     struct{ UploadId, PartNumber, ETag string }
	conflictDetail struct{ Condition, Key string }
	storageClass   struct{ StorageClassRequested string }
	digestDetail   struct{ ExpectedDigest, CalculatedDigest string }
	tagKeyDetail   struct{ TagKey string }
	badDigest      struct {
		ContentMD5 string `xml:"Content-MD5"`
	}
)

func refuse(status int, code, message string) *awserr.Error {
	return &awserr.Error{Code: code, Status: status, Message: message}
}

func noSuchBucket(name string) *awserr.Error {
	return s3api.NoSuchBucket("The specified bucket does not exist").With(&bucketDetail{name})
}

func invalidBucketName(name string) *awserr.Error {
	return refuse(http.StatusBadRequest, "InvalidBucketName", "The specified bucket is not valid.").With(&bucketDetail{name})
}

func noSuchKey(key string) *awserr.Error {
	return s3api.NoSuchKey("The specified key does not exist.").With(&keyDetail{key})
}

func noSuchUpload(id string) *awserr.Error {
	return s3api.NoSuchUpload("The specified upload does not exist. The upload ID may be invalid, " +
		"or the upload may have been aborted or completed.").With(&uploadDetail{id})
}

func invalidRequest(format string, args ...any) *awserr.Error {
	return s3api.InvalidRequest(fmt.Sprintf(format, args...))
}

// invalidArgument refuses the value of a header or a query parameter.
func invalidArgument(name, value, message string) *awserr.Error {
	return refuse(http.StatusBadRequest, "InvalidArgument", message).With(&argumentValue{name, value})
}

// invalidArgumentName is invalidArgument where S3 does not repeat the value.
func invalidArgumentName(name, message string) *awserr.Error {
	return refuse(http.StatusBadRequest, "InvalidArgument", message).With(&argument{name})
}

func formatInt(n int64) string { return strconv.FormatInt(n, 10) }

func malformedXML() *awserr.Error {
	return refuse(http.StatusBadRequest, "MalformedXML",
		"The XML you provided was not well-formed or did not validate against our published schema")
}

func preconditionFailed(condition string) *awserr.Error {
	return refuse(http.StatusPreconditionFailed, "PreconditionFailed",
		"At least one of the pre-conditions you specified did not hold").With(&conditionUnmet{condition})
}

func notModified() *awserr.Error {
	return refuse(http.StatusNotModified, "NotModified", "Not Modified")
}

// conditionalConflict says that the object has changed since the upload that
// is to replace it was begun.
func conditionalConflict(condition, key string) *awserr.Error {
	return refuse(http.StatusConflict, "ConditionalRequestConflict",
		"The conditional request cannot succeed due to a conflicting operation against this resource.").
		With(&conflictDetail{condition, key})
}

// headerNotImplemented is S3's own refusal of a header that it does not take
// here either.
func headerNotImplemented(header string) *awserr.Error {
	return refuse(http.StatusNotImplemented, "NotImplemented",
		"A header you provided implies functionality that is not implemented").With(&headerDetail{header})
}

func headerValueNotImplemented(header, why string) *awserr.Error {
	return headerNotImplemented(header).With(&headerValue{header, why})
}

func invalidRange(requested string, size int64) *awserr.Error {
	return refuse(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable").
		With(&rangeDetail{requested, formatInt(size)})
}

func entityTooLarge(size, limit int64) *awserr.Error {
	return refuse(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size").
		With(&sizeDetail{formatInt(size), formatInt(limit)})
}

func missingContentLength() *awserr.Error {
	return refuse(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
}

func incompleteBody() *awserr.Error {
	return refuse(http.StatusBadRequest, "IncompleteBody",
		"You did not provide the number of bytes specified by the Content-Length HTTP header")
}

func invalidPart(upload string, number int64, etag string) *awserr.Error {
	return refuse(http.StatusBadRequest, "InvalidPart", "One or more of the specified parts could not be found.  "+
		"The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.").
		With(&partDetail{upload, formatInt(number), etag})
}

func invalidTag(message, key string) *awserr.Error {
	return refuse(http.StatusBadRequest, "InvalidTag", message).With(&tagKeyDetail{key})
}
