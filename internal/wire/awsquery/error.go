package awsquery

import (
	"fmt"
	"net/http"

	"cloudless/internal/awserr"
	"cloudless/internal/wire"
	"cloudless/internal/wire/xmlshape"
)

const codeMalformedInput = "MalformedInput"

// renamed are the common codes that this protocol spells its own way.
var renamed = map[string]struct {
	code   string
	status int
}{
	awserr.CodeAccessDenied:          {"AccessDenied", http.StatusForbidden},
	awserr.CodeExpiredToken:          {"ExpiredToken", http.StatusForbidden},
	awserr.CodeIncompleteSignature:   {"IncompleteSignature", http.StatusBadRequest},
	awserr.CodeInvalidSignature:      {"SignatureDoesNotMatch", http.StatusForbidden},
	awserr.CodeMissingAuthentication: {"MissingAuthenticationToken", http.StatusForbidden},
	awserr.CodeSerialization:         {codeMalformedInput, http.StatusBadRequest},
	awserr.CodeThrottling:            {"Throttling", http.StatusBadRequest},
	awserr.CodeUnknownOperation:      {awserr.CodeInvalidAction, http.StatusBadRequest},
	awserr.CodeUnrecognizedClient:    {"InvalidClientTokenId", http.StatusForbidden},
	awserr.CodeValidation:            {"ValidationError", http.StatusBadRequest},
}

// spell returns e in this protocol's words. The errors of a model are theirs
// already: STS has an ExpiredTokenException, which is about another token.
func spell(s *wire.Service, e *awserr.Error) *awserr.Error {
	to, ok := renamed[e.Code]
	if shape := s.ErrorShape(e.Code); !ok || shape != nil && shape.Error.Status == e.Status {
		return e
	}
	c := *e
	c.Code, c.Status = to.code, to.status
	return &c
}

// unknownOperation refuses an action that the service does not have in that
// version of its API.
func unknownOperation(action, version string) *awserr.Error {
	if version == "" {
		version = "NO_VERSION_SPECIFIED"
	}
	return &awserr.Error{Code: awserr.CodeInvalidAction, Status: http.StatusBadRequest,
		Message: fmt.Sprintf("Could not find operation %s for version %s", action, version)}
}

// EncodeError answers with a refusal.
func (Codec) EncodeError(w http.ResponseWriter, r *wire.Request, e *awserr.Error) {
	if e.Code == awserr.CodeUnknownOperation && e.Message == "" {
		e = namedInVain(r)
	}
	e = spell(r.Service, e)
	whose := "Sender"
	if e.Status >= http.StatusInternalServerError {
		whose = "Receiver"
	}
	body := appendRoot(nil, r.Service, "ErrorResponse")
	body = append(body, "<Error>"...)
	body = xmlshape.AppendText(body, "Type", whose)
	body = xmlshape.AppendText(body, "Code", e.Code)
	body = xmlshape.AppendText(body, "Message", e.Message)
	if detailed, err := xmlshape.AppendDetail(body, r.Service, r.Service.ErrorShape(e.Code), e.Detail); err == nil {
		body = detailed // one that does not fit is left out
	}
	body = append(body, "</Error>"...)
	body = xmlshape.AppendText(body, "RequestId", r.ID)
	body = append(body, "</ErrorResponse>\n"...)
	_ = answer(w, r, e.Status, body) // a client that went away needs no refusal
}

// namedInVain refuses the action that the request names, as far as it can
// still be read.
func namedInVain(r *wire.Request) *awserr.Error {
	params, err := readForm(r)
	if err != nil {
		return unknownOperation("", "")
	}
	action, _ := params.value("Action")
	version, _ := params.value("Version")
	if action == "" {
		return &awserr.Error{Code: "MissingAction", Status: http.StatusBadRequest, Message: "Missing Action"}
	}
	return unknownOperation(action, version)
}
