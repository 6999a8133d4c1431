package wiretest_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"cloudless/internal/api/apigateway"
	"cloudless/internal/api/dynamodb"
	"cloudless/internal/api/lambda"
	"cloudless/internal/api/logs"
	"cloudless/internal/api/s3"
	"cloudless/internal/api/sts"
	"cloudless/internal/awserr"
	"cloudless/internal/wire"
)

func TestErrorsOfTheJSONProtocols(t *testing.T) {
	denied := awserr.AccessDenied("no")
	for _, tt := range []struct {
		name    string
		service *wire.Service
		in      *awserr.Error
		status  int
		body    string
		header  string // X-Amzn-ErrorType
	}{
		{"1.0: the model's, with its namespace", &dynamodb.Schema, dynamodb.ResourceNotFoundException("Requested resource not found"), 400,
			`{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found"}`, ""},
		{"1.0: a detail", &dynamodb.Schema, dynamodb.ConditionalCheckFailedException("The conditional request failed").With(
			&dynamodb.ConditionalCheckFailedExceptionDetail{Item: map[string]dynamodb.AttributeValue{"a": {S: new("b")}}}), 400,
			`{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed","Item":{"a":{"S":"b"}}}`, ""},
		{"1.0: of the framework that validates", &dynamodb.Schema, awserr.Validation("bad"), 400, `{"__type":"com.amazon.coral.validate#ValidationException","message":"bad"}`, ""},
		{"1.0: of the framework", &dynamodb.Schema, denied, 400, `{"__type":"com.amazon.coral.service#AccessDeniedException","message":"no"}`, ""},
		{"1.0: without a message", &dynamodb.Schema, awserr.UnknownOperation(), 400, `{"__type":"com.amazon.coral.service#UnknownOperationException"}`, ""},
		{"1.1: the code alone", &logs.Schema, logs.ResourceNotFoundException("The specified log group does not exist."), 400,
			`{"__type":"ResourceNotFoundException","message":"The specified log group does not exist."}`, ""},
		{"1.1: what broke", &logs.Schema, awserr.InternalFailure(errors.New("disk")), 500, `{"__type":"InternalFailure","message":"internal error"}`, ""},
		{"rest: the code in a header, and the message spelled as Lambda's models do", &lambda.Schema, lambda.ResourceNotFoundException("Function not found"), 404,
			`{"Message":"Function not found","Type":"User"}`, "ResourceNotFoundException"},
		{"rest: the message spelled as API Gateway's models do", &apigateway.Schema, apigateway.NotFoundException("Invalid API identifier specified"), 404,
			`{"message":"Invalid API identifier specified"}`, "NotFoundException"},
		{"rest: no permission", &apigateway.Schema, denied, 403, `{"message":"no"}`, "AccessDeniedException"},
		{"rest: a wrong signature is forbidden", &lambda.Schema, &awserr.Error{Code: awserr.CodeIncompleteSignature, Status: 400, Message: "no"}, 403, `{"message":"no"}`, "IncompleteSignatureException"},
		{"rest: what does not exist is not found", &lambda.Schema, awserr.UnknownOperation(), 404, `{}`, "UnknownOperationException"},
		{"a detail that does not fit its model is left out", &lambda.Schema, lambda.ResourceNotFoundException("no").With(struct{ A, B, C int }{}), 404, `{"Message":"no"}`, "ResourceNotFoundException"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			r := &wire.Request{Request: httptest.NewRequest("POST", "/", nil), ID: "request-1", Service: tt.service}
			codecs[tt.service.Protocol].EncodeError(w, r, tt.in)
			if w.Code != tt.status || w.Body.String() != tt.body || w.Header().Get("X-Amzn-ErrorType") != tt.header {
				t.Errorf("EncodeError(%v)\n got %d %s %v\nwant %d %s %s", tt.in, w.Code, w.Body, w.Header(), tt.status, tt.body, tt.header)
			}
			if w.Header().Get("X-Amzn-RequestId") != "request-1" {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

// Whatever a request looks like, the answer is in the protocol's envelope and
// tells no more than it may.
func TestErrorsTellStrangersNothing(t *testing.T) {
	for _, s := range []*wire.Service{&apigateway.Schema, &dynamodb.Schema, &lambda.Schema, &logs.Schema, &s3.Schema, &sts.Schema} {
		for _, detail := range []any{nil, 1, "text", struct{}{}, &struct{ Channel chan int }{}, struct{ hidden string }{"secret"}, []string{"a"}, (*struct{})(nil)} {
			w := httptest.NewRecorder()
			r := &wire.Request{Request: httptest.NewRequest("POST", "/", strings.NewReader("%zz")), ID: "request-1", Service: s}
			codecs[s.Protocol].EncodeError(w, r, awserr.InternalFailure(errors.New("open /secret")).With(detail))
			if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "secret") || w.Body.Len() == 0 {
				t.Errorf("%s: EncodeError with detail %v = %d %s", s.Name, detail, w.Code, w.Body)
			}
		}
	}
}
