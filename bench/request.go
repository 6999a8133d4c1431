package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// sizeHeader tells the bare server how many bytes to answer.
const sizeHeader = "Bench-Answer-Bytes"

// request is signed once and sent many times: signing is the client's work,
// and not what is measured. A signature holds for five minutes.
type request struct {
	method, path, host string
	header             http.Header
	body               []byte
	answer             int
}

// to makes the request for a server.
func (r request) to(ctx context.Context, url string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, url+r.path, bytes.NewReader(r.body))
	if err != nil {
		return nil, err
	}
	req.Header = r.header.Clone()
	req.Host = r.host
	if r.answer > 0 {
		req.Header.Set(sizeHeader, strconv.Itoa(r.answer))
	}
	return req, nil
}

// answering returns the request for the bare server.
func (r request) answering(n int) request {
	r.answer = n
	return r
}

// sign makes a signed request for a service.
func (s server) sign(ctx context.Context, service, method, path string, header map[string]string, body []byte) (request, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, bytes.NewReader(body))
	if err != nil {
		return request{}, err
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	sum := sha256.Sum256(body)
	err = v4.NewSigner().SignHTTP(ctx, aws.Credentials{AccessKeyID: s.id, SecretAccessKey: s.secret}, req,
		hex.EncodeToString(sum[:]), service, "us-east-1", time.Now())
	return request{method: method, path: path, host: req.Host, header: req.Header, body: body}, err
}

// dynamodb makes a signed call of DynamoDB.
func (s server) dynamodb(ctx context.Context, operation, body string) (request, error) {
	return s.sign(ctx, "dynamodb", http.MethodPost, "/", map[string]string{
		"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810." + operation,
	}, []byte(body))
}
