package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// sizeHeader tells the bare server how many bytes to answer.
const sizeHeader = "Bench-Answer-Bytes"

// request is signed and written out once and sent many times: signing is the
// client's work, and not what is measured. A signature holds for five minutes,
// so requests are made anew for each round.
type request struct {
	head []byte // the request line and headers, each with its line end
	body []byte
	want string // what the body of a good answer contains
}

// append appends the request as it goes over the wire.
func (r *request) append(dst []byte, extra string) []byte {
	dst = append(dst, r.head...)
	dst = append(dst, extra...)
	dst = append(dst, "\r\n"...)
	return append(dst, r.body...)
}

// answeredBy returns why an answer is not a good one, or nil.
func (r *request) answeredBy(status int, body []byte) error {
	if status/100 != 2 {
		return fmt.Errorf("answer %d: %.300s", status, body)
	}
	if r.want != "" && !bytes.Contains(body, []byte(r.want)) {
		return fmt.Errorf("answer %d without %q: %.300s", status, r.want, body)
	}
	return nil
}

// newRequest writes out a request.
func newRequest(req *http.Request, body []byte) (request, error) {
	var head bytes.Buffer
	fmt.Fprintf(&head, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %s\r\n",
		req.Method, req.URL.RequestURI(), req.Host, strconv.Itoa(len(body)))
	err := req.Header.WriteSubset(&head, map[string]bool{"Host": true, "Content-Length": true})
	return request{head: head.Bytes(), body: body}, err
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
	err = s.signer.SignHTTP(ctx, aws.Credentials{AccessKeyID: s.id, SecretAccessKey: s.secret}, req,
		hex.EncodeToString(sum[:]), service, "us-east-1", time.Now())
	if err != nil {
		return request{}, err
	}
	return newRequest(req, body)
}

// dynamodb makes a signed call of DynamoDB.
func (s server) dynamodb(ctx context.Context, operation, body string) (request, error) {
	return s.sign(ctx, "dynamodb", http.MethodPost, "/", map[string]string{
		"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810." + operation,
	}, []byte(body))
}

// call is one call of DynamoDB, before it is signed.
type call struct {
	operation, body string
	want            string // in the answer
}

// signAll signs n calls, on all cores.
func (s server) signAll(ctx context.Context, n int, call func(i int) call) ([]request, error) {
	all := make([]request, n)
	workers := runtime.GOMAXPROCS(0)
	errs := make([]error, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			for i := w; i < n && errs[w] == nil; i += workers {
				c := call(i)
				all[i], errs[w] = s.dynamodb(ctx, c.operation, c.body)
				all[i].want = c.want
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

// newServer returns a server that requests can be signed for.
func newServer(url, id, secret string) server {
	return server{url: url, id: id, secret: secret, signer: v4.NewSigner()}
}
