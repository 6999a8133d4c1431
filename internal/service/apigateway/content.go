package apigateway

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
)

// The conversions that an integration or a response may ask for. What happens
// to a body depends on these, on whether its type is binary to the API and, of
// an answer, on whether the client accepts such a type: AWS's guide has a table
// of each ("Content type conversions in API Gateway"), which is followed here.
const (
	toBinary = "CONVERT_TO_BINARY"
	toText   = "CONVERT_TO_TEXT"
)

// checkContentHandling refuses a conversion that is none.
func checkContentHandling(handling string) error {
	switch handling {
	case "", toBinary, toText:
		return nil
	}
	return agw.BadRequestException("Invalid content handling specified. Valid options are CONVERT_TO_BINARY, CONVERT_TO_TEXT")
}

// checkProxyContent refuses the conversion of what is to be an event: there is no
// place for bytes in one.
func checkProxyContent(i *agw.Integration) error {
	if i.Type == "AWS_PROXY" && i.ContentHandling == toBinary {
		return awserr.Unsupported("the contentHandling " + i.ContentHandling + " of an integration of type " + i.Type)
	}
	return nil
}

// convertRequest makes what an integration gets of the body of a request.
// render evaluates its template, and is nil for none: templates read texts.
func (d *deployed) convertRequest(body []byte, contentType, handling string, render func([]byte) ([]byte, error)) ([]byte, error) {
	binary := d.isBinary(contentType)
	switch {
	case binary && handling == toText:
		return rendered(encodeBase64(body), render)
	case binary && render != nil:
		return nil, internalError().because(errors.New("a template cannot read a binary body"))
	case binary:
		return body, nil
	}
	out, err := rendered(validText(body), render)
	if err != nil || handling != toBinary {
		return out, err
	}
	return decodeBase64(out)
}

// convertAnswer makes what the client gets of the body that a backend answered.
func (d *deployed) convertAnswer(body []byte, contentType, accept, handling string, render func([]byte) ([]byte, error)) ([]byte, error) {
	binary, wanted := d.isBinary(contentType), d.isBinary(accept)
	switch {
	case binary && (handling == toText || handling == "" && !wanted):
		return rendered(encodeBase64(body), render)
	case binary && render != nil:
		return nil, internalError().because(errors.New("a template cannot read a binary answer"))
	case binary:
		return body, nil
	}
	out, err := rendered(validText(body), render)
	if err != nil || handling == toText || handling == "" && !wanted {
		return out, err
	}
	return decodeBase64(out)
}

func rendered(body []byte, render func([]byte) ([]byte, error)) ([]byte, error) {
	if render == nil {
		return body, nil
	}
	return render(body)
}

func encodeBase64(body []byte) []byte {
	return base64.StdEncoding.AppendEncode(nil, body)
}

// decodeBase64 decodes a text, which may be a JSON string: that is what
// functions return.
func decodeBase64(text []byte) ([]byte, error) {
	trimmed := strings.Trim(strings.TrimSpace(string(text)), `"`)
	out, err := base64.StdEncoding.DecodeString(trimmed)
	if err != nil {
		return nil, internalError().because(fmt.Errorf("decode the body: %w", err))
	}
	return out, nil
}

// validText replaces each byte that belongs to no character, as AWS does with
// what it takes for text.
func validText(body []byte) []byte {
	if utf8.Valid(body) {
		return body
	}
	return []byte(string([]rune(string(body))))
}

// acceptedType is the media type that the client wants most.
func (x *exchange) acceptedType() string {
	first, _, _ := strings.Cut(x.request.Header.Get("Accept"), ",")
	return mediaType(first)
}

// mediaTypeOf is the media type of what a backend answered.
func mediaTypeOf(h http.Header) string { return mediaType(h.Get("Content-Type")) }
