package apigateway

import (
	"net/http"
	"slices"

	"cloudless/internal/awserr"
)

// refusal is what the gateway answers of itself, in place of the integration.
// The gateway response of its type may say it otherwise.
type refusal struct {
	kind       string // the type of the gateway response
	status     int
	errorType  string // for the header x-amzn-ErrorType
	message    string
	validation string // what a request validator found, or ""
	early      bool   // before the integration had its turn
	capital    bool   // the member is "Message": what policies refuse has it
	cause      error  // for the log alone
}

// Error returns the message and the cause, for logs.
func (r *refusal) Error() string {
	if r.cause != nil {
		return r.message + ": " + r.cause.Error()
	}
	return r.message
}

// Unwrap returns the cause.
func (r *refusal) Unwrap() error { return r.cause }

// because returns a copy of r that remembers cause for the log.
func (r *refusal) because(cause error) *refusal {
	c := *r
	c.cause = cause
	return &c
}

// The answers that the gateway gives of itself.

func forbidden() *refusal {
	return &refusal{kind: "ACCESS_DENIED", status: http.StatusForbidden, errorType: "ForbiddenException", message: "Forbidden", early: true}
}

// missingToken answers a path or method that the API does not have, as well
// as a call without the signature that a method asks for.
func missingToken() *refusal {
	return &refusal{kind: "MISSING_AUTHENTICATION_TOKEN", status: http.StatusForbidden, errorType: "MissingAuthenticationTokenException", message: "Missing Authentication Token", early: true}
}

// accessDenied answers what a policy does not allow.
func accessDenied(message string) *refusal {
	return &refusal{kind: "ACCESS_DENIED", status: http.StatusForbidden, errorType: "AccessDeniedException", message: message, early: true, capital: true}
}

// badSignature answers a signature that does not hold, with what was said of
// it. API Gateway answers 403 whatever is wrong with one.
func badSignature(e *awserr.Error) *refusal {
	kind := "INVALID_SIGNATURE"
	if e.Code == awserr.CodeExpiredToken {
		kind = "EXPIRED_TOKEN"
	}
	return &refusal{kind: kind, status: http.StatusForbidden, errorType: e.Code, message: e.Message, early: true}
}

// badRequest answers a body that the integration cannot read.
func badRequest(message string) *refusal {
	return &refusal{kind: "DEFAULT_4XX", status: http.StatusBadRequest, errorType: "BadRequestException", message: message}
}

func requestTooLarge() *refusal {
	return &refusal{kind: "REQUEST_TOO_LARGE", status: http.StatusRequestEntityTooLarge, errorType: "RequestTooLargeException", message: "Request Too Long", early: true}
}

func unsupportedMediaType() *refusal {
	return &refusal{kind: "UNSUPPORTED_MEDIA_TYPE", status: http.StatusUnsupportedMediaType, errorType: "BadRequestException", message: "Unsupported Media Type"}
}

// internalError answers an API that is configured wrongly, and an integration
// that could not be called.
func internalError() *refusal {
	return &refusal{kind: "API_CONFIGURATION_ERROR", status: http.StatusInternalServerError, errorType: "InternalServerErrorException", message: "Internal server error"}
}

// badAnswer answers for a function that answered with something else than a
// proxy integration may.
func badAnswer() *refusal {
	return &refusal{kind: "DEFAULT_5XX", status: http.StatusBadGateway, errorType: "InternalServerErrorException", message: "Internal server error"}
}

func timedOut() *refusal {
	return &refusal{kind: "INTEGRATION_TIMEOUT", status: http.StatusGatewayTimeout, errorType: "InternalServerErrorException", message: "Endpoint request timed out"}
}

// reply is the refusal as AWS writes it where the API says nothing else.
func (r *refusal) reply() *reply {
	return &reply{status: r.status, header: http.Header{"Content-Type": {"application/json"}, "x-amzn-ErrorType": {r.errorType}}, body: r.body()}
}

// body is what AWS writes, to the byte: there is a space in what comes of an
// integration, and none in what comes before it.
func (r *refusal) body() []byte {
	message := r.messageJSON()
	switch {
	case r.capital:
		return slices.Concat([]byte(`{"Message":`), message, []byte(`}`))
	case r.early:
		return slices.Concat([]byte(`{"message":`), message, []byte(`}`))
	}
	return slices.Concat([]byte(`{"message": `), message, []byte(`}`))
}
