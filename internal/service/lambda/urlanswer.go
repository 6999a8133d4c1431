package lambda

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// urlAnswer is what a function answers to a request.
type urlAnswer struct {
	Status  int
	Headers map[string]string // Content-Type among them
	Cookies []string
	Body    []byte
}

var errNoAnswer = errors.New("the function's answer is none for HTTP")

// readURLAnswer makes of a function's payload the answer to the request: what
// has a statusCode is an answer with its parts, all else is the body itself.
func readURLAnswer(payload []byte) (*urlAnswer, error) {
	a := &urlAnswer{Status: http.StatusOK, Headers: map[string]string{"content-type": "application/json"}}
	var text string
	if json.Unmarshal(payload, &text) == nil && !bytes.Equal(bytes.TrimSpace(payload), []byte("null")) {
		a.Body = []byte(text)
		return a, nil
	}
	var parts struct {
		StatusCode      json.RawMessage            `json:"statusCode"`
		Headers         map[string]json.RawMessage `json:"headers"`
		Cookies         []string                   `json:"cookies"`
		Body            json.RawMessage            `json:"body"`
		IsBase64Encoded bool                       `json:"isBase64Encoded"`
	}
	err := json.Unmarshal(payload, &parts)
	if parts.StatusCode == nil {
		if isAnswer := json.Valid(payload); !isAnswer {
			return nil, errNoAnswer
		}
		a.Body = compactJSON(payload)
		return a, nil
	}
	if err != nil {
		return nil, errNoAnswer
	}
	if err := a.head(parts.StatusCode, parts.Headers); err != nil {
		return nil, err
	}
	a.Cookies = parts.Cookies
	body := plainText(parts.Body)
	if parts.IsBase64Encoded {
		if a.Body, err = base64.StdEncoding.DecodeString(body); err != nil {
			return nil, errNoAnswer
		}
		return a, nil
	}
	a.Body = []byte(body)
	return a, nil
}

// head reads the status, which may be text, and the headers, whose values may
// be numbers.
func (a *urlAnswer) head(status json.RawMessage, headers map[string]json.RawMessage) error {
	n, err := strconv.Atoi(plainText(status))
	if err != nil || n < 200 || n > 599 {
		return errNoAnswer
	}
	a.Status = n
	for name, value := range headers {
		a.Headers[strings.ToLower(name)] = plainText(value)
	}
	return nil
}

// plainText is a string's content, nothing for null, and JSON for all else.
func plainText(value json.RawMessage) string {
	var text string
	if len(value) == 0 || json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(compactJSON(value))
}

func compactJSON(value []byte) []byte {
	var b bytes.Buffer
	if err := json.Compact(&b, value); err != nil {
		return value
	}
	return b.Bytes()
}

// write sends the answer. Names and values that are none for HTTP are left out
// by net/http.
func (a *urlAnswer) write(w http.ResponseWriter) {
	a.writeHead(w)
	if a.Status != http.StatusNoContent && a.Status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
	}
	w.WriteHeader(a.Status)
	if len(a.Body) > 0 {
		_, _ = w.Write(a.Body) // a client that went away needs no answer
	}
}

// answeredHeader returns under which name a header of the function reaches the
// client, or "" where it does not. What AWS says itself, or keeps browsers from
// acting on, is moved aside; so it was seen at URLs of functions behind web servers.
func answeredHeader(name string) string {
	switch name {
	case "connection", "content-length", "date", "server", "www-authenticate":
		return "X-Amzn-Remapped-" + name
	case "keep-alive", "trailer", "transfer-encoding", "upgrade":
		return ""
	}
	return name
}

func (a *urlAnswer) writeHead(w http.ResponseWriter) {
	for name, value := range a.Headers {
		if name = answeredHeader(name); name != "" {
			w.Header().Set(name, value)
		}
	}
	for _, cookie := range a.Cookies {
		w.Header().Add("Set-Cookie", cookie)
	}
}
