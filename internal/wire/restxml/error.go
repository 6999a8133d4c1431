package restxml

import (
	"errors"
	"fmt"
	"net/http"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
	"cloudless/internal/wire/restbind"
	"cloudless/internal/wire/xmlshape"
)

// spelling is how a protocol or service says a common code. An empty message
// leaves the error's own.
type spelling struct {
	code    string
	status  int
	message string
}

// renamed are the common codes that restXml spells its own way.
var renamed = map[string]spelling{
	awserr.CodeAccessDenied:          {"AccessDenied", http.StatusForbidden, ""},
	awserr.CodeExpiredToken:          {"ExpiredToken", http.StatusForbidden, ""},
	awserr.CodeIncompleteSignature:   {"IncompleteSignature", http.StatusBadRequest, ""},
	awserr.CodeInvalidSignature:      {"SignatureDoesNotMatch", http.StatusForbidden, ""},
	awserr.CodeMissingAuthentication: {"MissingAuthenticationToken", http.StatusForbidden, ""},
	awserr.CodeSerialization:         {"MalformedInput", http.StatusBadRequest, ""},
	awserr.CodeThrottling:            {"Throttling", http.StatusBadRequest, ""},
	awserr.CodeUnknownOperation:      {"UnknownOperationException", http.StatusNotFound, ""},
	awserr.CodeUnrecognizedClient:    {"InvalidClientTokenId", http.StatusForbidden, ""},
	awserr.CodeValidation:            {"InvalidInput", http.StatusBadRequest, ""},
}

// renamedS3 are the common codes that S3 spells its own way.
var renamedS3 = map[string]spelling{
	awserr.CodeAccessDenied:          {"AccessDenied", http.StatusForbidden, ""},
	awserr.CodeExpiredToken:          {"ExpiredToken", http.StatusBadRequest, "The provided token has expired."},
	awserr.CodeIncompleteSignature:   {"AuthorizationHeaderMalformed", http.StatusBadRequest, ""},
	awserr.CodeInternalFailure:       {"InternalError", http.StatusInternalServerError, internalError},
	"InternalError":                  {"InternalError", http.StatusInternalServerError, internalError},
	awserr.CodeInvalidSignature:      {"SignatureDoesNotMatch", http.StatusForbidden, signatureMismatch},
	awserr.CodeMissingAuthentication: {"AccessDenied", http.StatusForbidden, "Access Denied"},
	awserr.CodeRequestExpired:        {"AccessDenied", http.StatusForbidden, "Request has expired"},
	awserr.CodeRequestTooLarge:       {"MaxMessageLengthExceeded", http.StatusBadRequest, "Your request was too big."},
	awserr.CodeSerialization:         {"InvalidRequest", http.StatusBadRequest, ""},
	awserr.CodeServiceUnavailable:    {"ServiceUnavailable", http.StatusServiceUnavailable, "Please reduce your request rate."},
	awserr.CodeThrottling:            {"SlowDown", http.StatusServiceUnavailable, "Please reduce your request rate."},
	awserr.CodeUnknownOperation:      {"MethodNotAllowed", http.StatusMethodNotAllowed, "The specified method is not allowed against this resource."},
	awserr.CodeUnrecognizedClient:    {"InvalidAccessKeyId", http.StatusForbidden, "The AWS Access Key Id you provided does not exist in our records."},
	awserr.CodeValidation:            {"InvalidRequest", http.StatusBadRequest, ""},
}

const (
	internalError     = "We encountered an internal error. Please try again."
	signatureMismatch = "The request signature we calculated does not match the signature you provided. Check your key and signing method."
)

// spell returns e in the service's words. The errors of a model are theirs
// already.
func spell(s *wire.Service, e *awserr.Error) *awserr.Error {
	table := renamed
	if isS3(s) {
		table = renamedS3
	}
	to, ok := table[e.Code]
	if !ok || s.ErrorShape(e.Code) != nil {
		return e
	}
	c := *e
	c.Code, c.Status = to.code, to.status
	if to.message != "" {
		c.Message = to.message
	}
	return &c
}

func malformedXML() *awserr.Error {
	return &awserr.Error{Code: "MalformedXML", Status: http.StatusBadRequest,
		Message: "The XML you provided was not well-formed or did not validate against our published schema"}
}

func missingBody() *awserr.Error {
	return &awserr.Error{Code: "MissingRequestBodyError", Status: http.StatusBadRequest, Message: "Request Body is empty"}
}

// argument is what S3 tells of an InvalidArgument.
type argument struct{ ArgumentName, ArgumentValue string }

// refuseBinding puts the refusal of a member's text into the service's words.
func refuseBinding(s *wire.Service, err error) error {
	bad, ok := errors.AsType[*restbind.Malformed](err)
	if !ok || !isS3(s) {
		return err
	}
	name := bad.Member.WireName()
	message := fmt.Sprintf("Argument format not recognized: %s", name)
	if k := s.Shape(bad.Member.Shape).Kind; k == wire.Integer || k == wire.Long {
		message = fmt.Sprintf("Provided %s not an integer or within integer range", name)
	}
	return &awserr.Error{Code: "InvalidArgument", Status: http.StatusBadRequest, Message: message,
		Detail: argument{name, bad.Text}, Cause: err}
}

// EncodeError answers with a refusal. One of a HEAD request, or of status 304,
// has no body.
func (Codec) EncodeError(w http.ResponseWriter, r *wire.Request, e *awserr.Error) {
	e = spell(r.Service, e)
	h := w.Header()
	setRequestID(h, r)
	if r.Method == http.MethodHead || e.Status == http.StatusNotModified {
		w.WriteHeader(e.Status)
		return
	}
	body := []byte(xmlshape.Header)
	if isS3(r.Service) {
		body = appendBareError(body, r, e)
	} else {
		body = appendErrorResponse(body, r, e)
	}
	_ = wire.Answer(w, e.Status, "application/xml", body) // a client that went away needs no refusal
}

func appendBareError(dst []byte, r *wire.Request, e *awserr.Error) []byte {
	dst = append(dst, "<Error>"...)
	dst = appendWhat(dst, r, e)
	dst = xmlshape.AppendText(dst, "RequestId", r.ID)
	dst = xmlshape.AppendText(dst, "HostId", r.ID)
	return append(dst, "</Error>"...)
}

func appendErrorResponse(dst []byte, r *wire.Request, e *awserr.Error) []byte {
	whose := "Sender"
	if e.Status >= http.StatusInternalServerError {
		whose = "Receiver"
	}
	dst = append(dst, `<ErrorResponse xmlns="`+r.Service.XMLNamespace+`"><Error>`...)
	dst = xmlshape.AppendText(dst, "Type", whose)
	dst = appendWhat(dst, r, e)
	dst = append(dst, "</Error>"...)
	dst = xmlshape.AppendText(dst, "RequestId", r.ID)
	return append(dst, "</ErrorResponse>"...)
}

// appendWhat appends code, message and detail.
func appendWhat(dst []byte, r *wire.Request, e *awserr.Error) []byte {
	dst = xmlshape.AppendText(dst, "Code", e.Code)
	dst = xmlshape.AppendText(dst, "Message", e.Message)
	if detailed, err := xmlshape.AppendDetail(dst, r.Service, r.Service.ErrorShape(e.Code), e.Detail); err == nil {
		return detailed
	}
	return dst // a detail that does not fit is left out
}
