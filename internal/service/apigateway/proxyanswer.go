package apigateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// proxyAnswer is what a function answers through an integration of type
// AWS_PROXY. Nothing in it is required, and nothing else is allowed.
type proxyAnswer struct {
	StatusCode        json.RawMessage              `json:"statusCode"`
	Headers           map[string]json.RawMessage   `json:"headers"`
	MultiValueHeaders map[string][]json.RawMessage `json:"multiValueHeaders"`
	Body              json.RawMessage              `json:"body"`
	IsBase64Encoded   bool                         `json:"isBase64Encoded"`
}

// proxyAnswer makes the answer to the client from what the function returned.
func (x *exchange) proxyAnswer(payload []byte) (*reply, error) {
	r, err := x.readProxyAnswer(payload)
	if err != nil {
		return nil, badAnswer().because(fmt.Errorf("malformed proxy answer: %w", err))
	}
	return r, nil
}

func (x *exchange) readProxyAnswer(payload []byte) (*reply, error) {
	var a proxyAnswer
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("more than one value")
	}
	if !bytes.HasPrefix(bytes.TrimSpace(payload), []byte("{")) {
		return nil, errors.New("not an object")
	}
	status, err := proxyStatus(a.StatusCode)
	if err != nil {
		return nil, err
	}
	header, err := proxyHeaders(&a)
	if err != nil {
		return nil, err
	}
	header["X-Amzn-Trace-Id"] = []string{x.traceID}
	body, err := x.proxyBody(&a)
	if err != nil {
		return nil, err
	}
	return &reply{status: status, header: header, body: body}, nil
}

// proxyStatus reads a status, which may be a number or a text.
func proxyStatus(raw json.RawMessage) (int, error) {
	text, ok := scalar(raw)
	if raw == nil || text == "" && ok {
		return http.StatusOK, nil
	}
	status, err := strconv.Atoi(text)
	if err != nil || status < 200 || status > 599 {
		return 0, fmt.Errorf("status %s", raw)
	}
	return status, nil
}

// proxyHeaders joins the two kinds of headers: the single ones add to the
// others, unless they are among them already.
func proxyHeaders(a *proxyAnswer) (http.Header, error) {
	h := answerHeader{}
	for name, values := range a.MultiValueHeaders {
		for _, raw := range values {
			if err := h.add(name, raw); err != nil {
				return nil, err
			}
		}
	}
	for name, raw := range a.Headers {
		if err := h.add(name, raw); err != nil {
			return nil, err
		}
	}
	if h.find("Content-Type") == "" {
		h["Content-Type"] = []string{"application/json"}
	}
	return http.Header(h), nil
}

// answerHeader is the header of an answer. Names keep the case in which they
// came first, and no two differ in case alone.
type answerHeader http.Header

// find returns the name under which the header has values, or "".
func (h answerHeader) find(name string) string {
	for have := range h {
		if strings.EqualFold(have, name) {
			return have
		}
	}
	return ""
}

// add adds a value of the answer. null is none.
func (h answerHeader) add(name string, raw json.RawMessage) error {
	value, ok := scalar(raw)
	if !ok || strings.ContainsAny(name+value, "\r\n\x00") || name == "" {
		return fmt.Errorf("header %q: %s", name, raw)
	}
	if string(raw) == "null" {
		return nil
	}
	name, keep := answeredHeader(name)
	if !keep {
		return nil
	}
	if have := h.find(name); have != "" {
		name = have
	}
	for _, v := range h[name] {
		if v == value {
			return nil
		}
	}
	h[name] = append(h[name], value)
	return nil
}

// proxyBody returns the body as it goes to the client: as bytes, where the
// function wrote base64 and the client wants a type that the API treats as
// binary.
func (x *exchange) proxyBody(a *proxyAnswer) ([]byte, error) {
	text, ok := scalar(a.Body)
	if !ok {
		return nil, errors.New("body is no text")
	}
	if !a.IsBase64Encoded || !x.deployed.isBinary(x.acceptedType()) {
		return []byte(text), nil
	}
	body, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("body is no base64: %w", err)
	}
	return body, nil
}

// scalar returns a text, a number or a boolean as text, and null as "".
func scalar(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 || string(raw) == "null" {
		return "", true
	}
	switch raw[0] {
	case '"':
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err == nil
	case '{', '[':
		return "", false
	}
	return string(raw), true
}
