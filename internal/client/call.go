package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"cloudless/internal/identity/sigv4"
)

// Error is a refusal of the server.
type Error struct {
	Status  int
	Code    string `json:"__type"`
	Message string `json:"message"`
}

// Error returns code and message.
func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }

// CallJSON calls one operation of a service that speaks awsJson1_1. target is
// its X-Amz-Target; in is written and out is read by encoding/json.
func (c *Client) CallJSON(ctx context.Context, service, target string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.server.URLs[0]+"/", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", target)
	sigv4.Sign(r, sigv4.Credentials{AccessKeyID: c.key.ID, SecretAccessKey: c.key.Secret},
		sigv4.Scope{Region: c.server.Region, Service: service}, sigv4.HashPayload(body), c.clock.Now())
	return c.do(r, out)
}

// GetJSON gets a resource of a service that speaks restJson1. path is escaped.
func (c *Client) GetJSON(ctx context.Context, service, path string, out any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.server.URLs[0]+path, nil)
	if err != nil {
		return err
	}
	sigv4.Sign(r, sigv4.Credentials{AccessKeyID: c.key.ID, SecretAccessKey: c.key.Secret},
		sigv4.Scope{Region: c.server.Region, Service: service}, sigv4.HashPayload(nil), c.clock.Now())
	return c.do(r, out)
}

// Status returns what the server tells of itself.
func (c *Client) Status(ctx context.Context) (*Status, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.server.URLs[0]+"/_cloudless/health", nil)
	if err != nil {
		return nil, err
	}
	out := &Status{}
	return out, c.do(r, out)
}

func (c *Client) do(r *http.Request, out any) error {
	resp, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		refusal := &Error{Status: resp.StatusCode}
		err := json.Unmarshal(text, refusal)
		if code, _, _ := strings.Cut(resp.Header.Get("X-Amzn-Errortype"), ":"); code != "" { // where REST APIs have it
			refusal.Code = code
		}
		if err != nil || refusal.Code == "" {
			return fmt.Errorf("the server answered %s", resp.Status)
		}
		return refusal
	}
	return json.Unmarshal(text, out)
}
