package awserr

import (
	"fmt"
	"net/http"
)

// The codes that any service may answer and no model lists. They are written
// here as the JSON protocols spell them; a protocol that spells one
// differently (IAM says AccessDenied, S3 says InvalidAccessKeyId) renames it
// when the error is encoded.
const (
	CodeAccessDenied          = "AccessDeniedException"
	CodeIncompleteSignature   = "IncompleteSignatureException"
	CodeInternalFailure       = "InternalFailure"
	CodeInvalidSignature      = "InvalidSignatureException"
	CodeMissingAuthentication = "MissingAuthenticationTokenException"
	CodeNotImplemented        = "NotImplemented"
	CodeRequestExpired        = "RequestExpired"
	CodeRequestTooLarge       = "RequestEntityTooLargeException"
	CodeSerialization         = "SerializationException"
	CodeExpiredToken          = "ExpiredTokenException"
	CodeUnknownOperation      = "UnknownOperationException"
	CodeUnrecognizedClient    = "UnrecognizedClientException"
	CodeValidation            = "ValidationException"
	CodeContentSHA256Mismatch = "XAmzContentSHA256Mismatch"
	CodeInvalidAction         = "InvalidAction"
	CodeServiceUnavailable    = "ServiceUnavailable"
	CodeThrottling            = "ThrottlingException"
)

// AccessDenied says that the caller may not do this.
func AccessDenied(message string) *Error {
	return &Error{Code: CodeAccessDenied, Status: http.StatusForbidden, Message: message}
}

// InternalFailure says that the server broke, and keeps why for the log.
func InternalFailure(cause error) *Error {
	return &Error{Code: CodeInternalFailure, Status: http.StatusInternalServerError, Message: "internal error", Cause: cause}
}

// NotImplemented says that AWS has this operation and we do not, yet.
func NotImplemented(service, operation string) *Error {
	return &Error{Code: CodeNotImplemented, Status: http.StatusNotImplemented,
		Message: fmt.Sprintf("cloudless does not implement %s of %s yet.", operation, service)}
}

// Unsupported says that the operation is here but one of its options is not,
// so that nothing is answered with success that was not done.
func Unsupported(what string) *Error {
	return &Error{Code: CodeNotImplemented, Status: http.StatusNotImplemented,
		Message: fmt.Sprintf("cloudless does not implement %s yet.", what)}
}

// UnknownOperation says that AWS has no such operation either.
func UnknownOperation() *Error {
	return &Error{Code: CodeUnknownOperation, Status: http.StatusBadRequest}
}

// Serialization says that the body is not what the protocol writes.
func Serialization(message string) *Error {
	return &Error{Code: CodeSerialization, Status: http.StatusBadRequest, Message: message}
}

// Validation says that a well-formed request breaks a rule of its model.
func Validation(message string) *Error {
	return &Error{Code: CodeValidation, Status: http.StatusBadRequest, Message: message}
}
