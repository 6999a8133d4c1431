package front

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"cloudless/internal/api"
	apigatewayapi "cloudless/internal/api/apigateway"
	ddb "cloudless/internal/api/dynamodb"
	ddsapi "cloudless/internal/api/dynamodbstreams"
	lambdaapi "cloudless/internal/api/lambda"
	s3api "cloudless/internal/api/s3"
	stsapi "cloudless/internal/api/sts"
	"cloudless/internal/awserr"
	"cloudless/internal/clock"
	"cloudless/internal/identity/sigv4"
	"cloudless/internal/wire"
	"cloudless/internal/wire/awsjson"
	"cloudless/internal/wire/awsquery"
	"cloudless/internal/wire/restjson"
	"cloudless/internal/wire/restxml"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// seen is what the operation behind the front was called with.
type seen struct {
	length    *int64 // of an object
	operation string
	call      *api.Call
	path      string
	api       string
}

type fixture struct {
	front *Front
	seen  *seen
}

type fakeKeys map[string]api.Key

func (k fakeKeys) Key(_ context.Context, id, _ string) (api.Key, error) {
	key, ok := k[id]
	if !ok {
		return key, unrecognized()
	}
	return key, nil
}

type fakeAPIs struct{ seen *seen }

func (f fakeAPIs) ServeAPI(w http.ResponseWriter, r *http.Request, call *api.Call, apiID string, _ func([]byte) (api.Principal, error)) {
	if apiID == "broken" {
		panic("broken")
	}
	*f.seen = seen{operation: "execute", call: call, path: r.URL.EscapedPath(), api: apiID}
	w.WriteHeader(http.StatusTeapot)
}

// fakeURLs has URLs under "{id}.lambda-url.localhost", all of which want to know
// who has signed.
type fakeURLs struct{ seen *seen }

func (f fakeURLs) URLID(host string) (string, bool) {
	return strings.CutSuffix(host, ".lambda-url.localhost")
}

func (f fakeURLs) ServeURL(w http.ResponseWriter, r *http.Request, call *api.Call, id string, signer func([]byte) (api.Principal, error)) {
	body, _ := io.ReadAll(r.Body)
	principal, err := signer(body)
	if err != nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	call.Principal = principal
	*f.seen = seen{operation: "url", call: call, path: r.URL.EscapedPath(), api: id}
}

func newFixture() *fixture {
	at := &seen{}
	note := func(name string) func(call *api.Call) {
		return func(call *api.Call) { *at = seen{operation: name, call: call} }
	}
	services := []*api.Service{
		ddb.Handlers{
			ListTables: func(_ context.Context, call *api.Call, _ *ddb.ListTablesInput) (*ddb.ListTablesOutput, error) {
				note("ListTables")(call)
				return &ddb.ListTablesOutput{TableNames: []string{"t"}}, nil
			},
			DescribeLimits: func(context.Context, *api.Call, *ddb.DescribeLimitsInput) (*ddb.DescribeLimitsOutput, error) {
				panic("broken")
			},
			DescribeEndpoints: func(context.Context, *api.Call, *ddb.DescribeEndpointsRequest) (*ddb.DescribeEndpointsResponse, error) {
				return nil, io.ErrUnexpectedEOF
			},
		}.Service(),
		lambdaapi.Handlers{ListFunctions: func(_ context.Context, call *api.Call, _ *lambdaapi.ListFunctionsRequest) (*lambdaapi.ListFunctionsResponse, error) {
			note("ListFunctions")(call)
			return &lambdaapi.ListFunctionsResponse{}, nil
		}}.Service(),
		ddsapi.Handlers{ListStreams: func(_ context.Context, call *api.Call, _ *ddsapi.ListStreamsInput) (*ddsapi.ListStreamsOutput, error) {
			note("ListStreams")(call)
			return &ddsapi.ListStreamsOutput{}, nil
		}}.Service(),
		stsapi.Handlers{GetCallerIdentity: func(_ context.Context, call *api.Call, _ *stsapi.GetCallerIdentityRequest) (*stsapi.GetCallerIdentityResponse, error) {
			note("GetCallerIdentity")(call)
			return &stsapi.GetCallerIdentityResponse{}, nil
		}}.Service(),
		apigatewayapi.Handlers{}.Service(),
		s3api.Handlers{
			PutObject: func(_ context.Context, call *api.Call, in *s3api.PutObjectRequest) (*s3api.PutObjectOutput, error) {
				note("PutObject")(call)
				at.length = in.ContentLength
				_, err := io.Copy(io.Discard, in.Body)
				if err != nil && awserr.Code(err) == "" {
					err = &awserr.Error{Code: "IncompleteBody", Status: http.StatusBadRequest}
				}
				return &s3api.PutObjectOutput{}, err
			},
			GetObject: func(_ context.Context, call *api.Call, _ *s3api.GetObjectRequest) (*s3api.GetObjectOutput, error) {
				note("GetObject")(call)
				return &s3api.GetObjectOutput{}, nil
			},
			ListBuckets: func(_ context.Context, call *api.Call, _ *s3api.ListBucketsRequest) (*s3api.ListBucketsOutput, error) {
				note("ListBuckets")(call)
				return &s3api.ListBucketsOutput{}, nil
			},
		}.Service(),
	}
	alice := api.Principal{Type: api.PrincipalUser, Account: "111111111111", ARN: "arn:aws:iam::111111111111:user/alice"}
	f := New(Config{
		Services: services,
		Codecs:   map[wire.Protocol]wire.Codec{wire.AWSJSON10: new(awsjson.Codec), wire.RestJSON: restjson.Codec{}, wire.RestXML: restxml.Codec{}, wire.AWSQuery: awsquery.Codec{}},
		Keys: fakeKeys{
			"AKIAALICE": {ID: "AKIAALICE", Secret: "secret", Principal: alice},
			"ASIAOLD":   {ID: "ASIAOLD", Secret: "secret", SessionToken: "token", Expires: now.Add(-time.Second), Principal: alice},
		},
		APIs:  fakeAPIs{at},
		URLs:  fakeURLs{at},
		Clock: clock.NewFake(now, 1),
		Log:   slog.New(slog.DiscardHandler),
	})
	return &fixture{front: f, seen: at}
}

func sign(r *http.Request, id, secret, service string) *http.Request {
	sigv4.Sign(r, sigv4.Credentials{AccessKeyID: id, SecretAccessKey: secret}, sigv4.Scope{Region: "eu-central-1", Service: service}, sigv4.HashPayload(bodyOf(r)), now)
	return r
}

func bodyOf(r *http.Request) []byte {
	text, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(text)))
	return text
}

// request is one from this machine to this machine.
func request(method, url, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, url, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:50000"
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return withLocalAddr(r, "127.0.0.1:4566")
}

func withLocalAddr(r *http.Request, addr string) *http.Request {
	local, _ := net.ResolveTCPAddr("tcp", addr)
	return r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, net.Addr(local)))
}

func (f *fixture) serve(r *http.Request) *httptest.ResponseRecorder {
	*f.seen = seen{}
	w := httptest.NewRecorder()
	f.front.Handler(Door{WellKnownKey: true}).ServeHTTP(w, r)
	return w
}

const target = "X-Amz-Target"

func TestRequestsFindTheirOperation(t *testing.T) {
	f := newFixture()
	for _, tt := range []struct {
		name      string
		request   *http.Request
		operation string
	}{
		{"by scope and target", sign(request("POST", "http://127.0.0.1:4566/", "{}", target, "DynamoDB_20120810.ListTables"), "test", "test", "dynamodb"), "ListTables"},
		{"by the host of the endpoint", sign(request("POST", "http://dynamodb.us-east-1.amazonaws.com/", "{}", target, "DynamoDB_20120810.ListTables"), "test", "test", "dynamodb"), "ListTables"},
		{"by target, where services share a scope", sign(request("POST", "http://127.0.0.1:4566/", "{}", target, "DynamoDBStreams_20120810.ListStreams"), "test", "test", "dynamodb"), "ListStreams"},
		{"by path", sign(request("GET", "http://127.0.0.1:4566/2015-03-31/functions/", ""), "test", "test", "lambda"), "ListFunctions"},
		{"by the form that it posts", sign(request("POST", "http://127.0.0.1:4566/", "Action=GetCallerIdentity&Version=2011-06-15", "Content-Type", "application/x-www-form-urlencoded"), "test", "test", "sts"), "GetCallerIdentity"},
		{"an object by path", sign(request("GET", "http://127.0.0.1:4566/bucket/a//b/../c", ""), "test", "test", "s3"), "GetObject"},
		{"an object by the bucket's host", sign(request("GET", "http://bucket.s3.us-east-1.amazonaws.com/key", ""), "test", "test", "s3"), "GetObject"},
		{"an object by the bucket's local host", sign(request("GET", "http://bucket.localhost:4566/key", ""), "test", "test", "s3"), "GetObject"},
		{"an object of a bucket with dots", request("GET", "http://my.bucket.s3.amazonaws.com/key", ""), "GetObject"},
		{"an object by Signature Version 2", request("GET", "http://127.0.0.1:4566/bucket/key?AWSAccessKeyId=AKIAALICE&Expires=1772370000&Signature=hiF%2FOc63qiL3zujSfUZGwt4X4z0%3D", ""), "GetObject"},
		{"the same by the bucket's host", request("GET", "http://bucket.s3.amazonaws.com/key?AWSAccessKeyId=AKIAALICE&Expires=1772370000&Signature=hiF%2FOc63qiL3zujSfUZGwt4X4z0%3D", ""), "GetObject"},
		{"the same by the bucket's local host", request("GET", "http://bucket.localhost:4566/key?AWSAccessKeyId=AKIAALICE&Expires=1772370000&Signature=hiF%2FOc63qiL3zujSfUZGwt4X4z0%3D", ""), "GetObject"},
		{"S3 for the unsigned without any sign", request("GET", "http://127.0.0.1:4566/", ""), "ListBuckets"},
		{"a deployed API by host", request("POST", "http://a1b2c3.execute-api.us-east-1.amazonaws.com/prod/", ""), "execute"},
		{"a deployed API by local host", request("POST", "http://a1b2c3.execute-api.localhost:4566/prod/", ""), "execute"},
		{"a deployed API by path", request("POST", "http://127.0.0.1:4566/_aws/execute-api/a1b2c3/prod/x%2Fy", ""), "execute"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := f.serve(tt.request)
			if f.seen.operation != tt.operation {
				t.Errorf("got %q, want %q; answer %d %s", f.seen.operation, tt.operation, w.Code, w.Body)
			}
		})
	}
}

func TestDeployedAPIsByPathSeeTheStageFirst(t *testing.T) {
	f := newFixture()
	f.serve(request("GET", "http://127.0.0.1:4566/_aws/execute-api/a1b2c3/prod/x%2Fy", ""))
	if f.seen.api != "a1b2c3" || f.seen.path != "/prod/x%2Fy" {
		t.Errorf("api %q, path %q", f.seen.api, f.seen.path)
	}
}

func TestFunctionURLsLearnWhoHasSigned(t *testing.T) {
	f := newFixture()
	url := func(body string) *http.Request {
		return request("POST", "http://u1.lambda-url.localhost:4566/a%2Fb", body)
	}
	tampered := sign(url("{}"), "AKIAALICE", "secret", "lambda")
	tampered.Body = io.NopCloser(strings.NewReader("[]"))
	for _, tt := range []struct {
		name      string
		request   *http.Request
		principal string
	}{
		{"who has signed", sign(url("{}"), "AKIAALICE", "secret", "lambda"), "arn:aws:iam::111111111111:user/alice"},
		{"nobody", url("{}"), anonymous().ARN},
		{"a wrong secret", sign(url("{}"), "AKIAALICE", "wrong", "lambda"), "refused"},
		{"another service", sign(url("{}"), "AKIAALICE", "secret", "execute-api"), "refused"},
		{"another body", tampered, "refused"},
	} {
		w := f.serve(tt.request)
		got := "refused"
		if w.Code == http.StatusOK {
			got = f.seen.call.Principal.ARN
			if f.seen.api != "u1" || f.seen.path != "/a%2Fb" {
				t.Errorf("%s: it was the URL %s, path %s", tt.name, f.seen.api, f.seen.path)
			}
		}
		if got != tt.principal {
			t.Errorf("%s: the signer is %s, want %s", tt.name, got, tt.principal)
		}
	}
}

func TestRefusals(t *testing.T) {
	f := newFixture()
	list := func(body string) *http.Request {
		return request("POST", "http://127.0.0.1:4566/", body, target, "DynamoDB_20120810.ListTables")
	}
	form := func(body string) *http.Request {
		return request("POST", "http://127.0.0.1:4566/", body, "Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	tampered := sign(list("{}"), "AKIAALICE", "secret", "dynamodb")
	tampered.Body = io.NopCloser(strings.NewReader(`{"Limit":1}`))
	session := list("{}")
	sigv4.Sign(session, sigv4.Credentials{AccessKeyID: "ASIAOLD", SecretAccessKey: "secret", SessionToken: "token"},
		sigv4.Scope{Region: "us-east-1", Service: "dynamodb"}, sigv4.HashPayload([]byte("{}")), now)
	for _, tt := range []struct {
		name    string
		request *http.Request
		status  int
		code    string
	}{
		{"an unknown operation", sign(request("POST", "http://127.0.0.1:4566/", "{}", target, "DynamoDB_20120810.Nonsense"), "test", "test", "dynamodb"), 400, "UnknownOperationException"},
		{"an operation that is not built", sign(request("POST", "http://127.0.0.1:4566/", "{}", target, "DynamoDB_20120810.ListBackups"), "test", "test", "dynamodb"), 501, "NotImplemented"},
		{"no signature", list("{}"), 400, "MissingAuthenticationTokenException"},
		{"an unknown key", sign(list("{}"), "AKIANOBODY", "secret", "dynamodb"), 400, "UnrecognizedClientException"},
		{"a wrong secret", sign(list("{}"), "AKIAALICE", "wrong", "dynamodb"), 400, "InvalidSignatureException"},
		{"a tampered body", tampered, 400, "InvalidSignatureException"},
		{"a session that is over", session, 400, "ExpiredTokenException"},
		{"a signature for another service", sign(request("POST", "http://dynamodb.us-east-1.amazonaws.com/", "{}", target, "DynamoDB_20120810.ListTables"), "AKIAALICE", "secret", "logs"), 400, "InvalidSignatureException"},
		{"a body that is no JSON", sign(list("{"), "test", "test", "dynamodb"), 400, "SerializationException"},
		{"a value out of bounds", sign(list(`{"Limit":0}`), "test", "test", "dynamodb"), 400, "ValidationException"},
		{"a service that is not here", sign(request("POST", "http://127.0.0.1:4566/", "{}", target, "AmazonSQS.SendMessage"), "test", "test", "sqs"), 501, "NotImplemented"},
		{"a service that speaks XML and is not here", sign(request("GET", "http://127.0.0.1:4566/2013-04-01/hostedzone", ""), "test", "test", "route53"), 501, "NotImplemented"},
		{"a service of API Gateway's scope that is not here", sign(request("GET", "http://127.0.0.1:4566/v2/apis", ""), "test", "test", "apigateway"), 501, "NotImplemented"},
		{"an upload by a browser's form", request("POST", "http://127.0.0.1:4566/bucket", "--x", "Content-Type", "multipart/form-data; boundary=x"), 501, "NotImplemented"},
		{"a form without a signature", form("Action=GetCallerIdentity&Version=2011-06-15"), 403, "MissingAuthenticationToken"},
		{"a form for an unknown operation", form("Version=2011-06-15&Action=Nonsense"), 400, "InvalidAction"},
		{"a form for a version that is not here", form("Action=ListQueues&Version=2012-11-05"), 400, "InvalidAction"},
		{"a path that is not Lambda's", sign(request("GET", "http://127.0.0.1:4566/2015-03-31/nonsense", ""), "test", "test", "lambda"), 404, "UnknownOperationException"},
		{"an operation that broke", sign(request("POST", "http://127.0.0.1:4566/", "{}", target, "DynamoDB_20120810.DescribeEndpoints"), "test", "test", "dynamodb"), 500, "InternalServerError"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := f.serve(tt.request)
			if got := code(w); w.Code != tt.status || got != tt.code {
				t.Errorf("got %d %s, want %d %s; body %s", w.Code, got, tt.status, tt.code, w.Body)
			}
			if f.seen.operation != "" {
				t.Errorf("%s ran", f.seen.operation)
			}
		})
	}
}

// code returns the error's code, from the header or from the body.
func code(w *httptest.ResponseRecorder) string {
	if c := w.Header().Get("X-Amzn-ErrorType"); c != "" {
		return c
	}
	if _, after, ok := strings.Cut(w.Body.String(), "<Code>"); ok {
		before, _, _ := strings.Cut(after, "</Code>")
		return before
	}
	var body struct {
		Type string `json:"__type"`
	}
	_ = json.Unmarshal(w.Body.Bytes(), &body)
	_, after, _ := strings.Cut(body.Type, "#")
	return after
}

func TestTheCallerIsTheOneWhoSigned(t *testing.T) {
	f := newFixture()
	f.serve(sign(request("POST", "http://127.0.0.1:4566/", "{}", target, "DynamoDB_20120810.ListTables"), "AKIAALICE", "secret", "dynamodb"))
	c := f.seen.call
	if c == nil || c.Principal.ARN != "arn:aws:iam::111111111111:user/alice" || c.Account != "111111111111" || c.Region != "eu-central-1" {
		t.Errorf("call = %+v", c)
	}
}

func TestTheWellKnownKeyIsForThisMachineAlone(t *testing.T) {
	f := newFixture()
	list := func(url string, headers ...string) *http.Request {
		return sign(request("POST", url, "{}", append(headers, target, "DynamoDB_20120810.ListTables")...), "test", "test", "dynamodb")
	}
	const here = "http://127.0.0.1:4566/"
	remote := list(here)
	remote.RemoteAddr = "192.0.2.7:50000"
	for _, tt := range []struct {
		name    string
		request *http.Request
		door    Door
		admit   bool
	}{
		{"from here", list(here), Door{WellKnownKey: true}, true},
		{"by name", list("http://localhost:4566/"), Door{WellKnownKey: true}, true},
		{"from elsewhere", remote, Door{WellKnownKey: true}, false},
		{"on another address of this machine", withLocalAddr(list(here), "192.0.2.1:4566"), Door{WellKnownKey: true}, false},
		{"by a name that was bent to this address", list("http://evil.example:4566/"), Door{WellKnownKey: true}, false},
		{"from a page of elsewhere", list(here, "Origin", "https://evil.example"), Door{WellKnownKey: true}, false},
		{"from a page of this machine", list(here, "Origin", "http://localhost:3000"), Door{WellKnownKey: true}, true},
		{"from a function", list(here), Door{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			*f.seen = seen{}
			w := httptest.NewRecorder()
			f.front.Handler(tt.door).ServeHTTP(w, tt.request)
			if admitted := f.seen.operation == "ListTables"; admitted != tt.admit {
				t.Errorf("admitted: %v, want %v; answer %d %s", admitted, tt.admit, w.Code, w.Body)
			}
		})
	}
}

func TestAPanicIsAnAnswer(t *testing.T) {
	f := newFixture()
	w := f.serve(sign(request("POST", "http://127.0.0.1:4566/", "{}", target, "DynamoDB_20120810.DescribeLimits"), "test", "test", "dynamodb"))
	if w.Code != 500 || code(w) != "InternalServerError" || strings.Contains(w.Body.String(), "broken") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	w = f.serve(request("GET", "http://broken.execute-api.localhost:4566/prod/", ""))
	if want := `{"message": "Internal server error"}`; w.Code != 500 || w.Body.String() != want {
		t.Errorf("a deployed API: %d %s, want %s", w.Code, w.Body, want)
	}
}

func TestHealthTellsMoreToThisMachineAlone(t *testing.T) {
	f := newFixture()
	f.front.cfg.Status = func() any { return map[string]string{"status": "ready", "data": "/home/alice"} }
	get := func(headers ...string) *http.Request {
		return request("GET", "http://127.0.0.1:4566/_cloudless/health", "", headers...)
	}
	remote := get()
	remote.RemoteAddr = "192.0.2.7:50000"
	const all, ready = `{"data":"/home/alice","status":"ready"}`, `{"status":"ready"}`
	for _, tt := range []struct {
		name    string
		request *http.Request
		door    Door
		want    string
	}{
		{"from here", get(), Door{WellKnownKey: true}, all},
		{"from elsewhere", remote, Door{WellKnownKey: true}, ready},
		{"from a page of elsewhere", get("Origin", "https://evil.example"), Door{WellKnownKey: true}, ready},
		{"from a function", get(), Door{}, ready},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			f.front.Handler(tt.door).ServeHTTP(w, tt.request)
			if w.Code != 200 || strings.TrimSpace(w.Body.String()) != tt.want {
				t.Errorf("got %d %s, want %s", w.Code, w.Body, tt.want)
			}
		})
	}
}

func TestDynamoDBsEndpointIsHealthy(t *testing.T) {
	w := newFixture().serve(request("GET", "http://dynamodb.eu-west-1.amazonaws.com/", ""))
	if want := "healthy: dynamodb.eu-west-1.amazonaws.com "; w.Code != 200 || w.Body.String() != want {
		t.Errorf("got %d %q, want %q", w.Code, w.Body, want)
	}
}

func TestABodyThatIsTooLargeIsRefused(t *testing.T) {
	f := newFixture()
	r := sign(request("POST", "http://127.0.0.1:4566/", strings.Repeat(" ", defaultMaxBody+1), target, "DynamoDB_20120810.ListTables"), "test", "test", "dynamodb")
	if w := f.serve(r); code(w) != awserr.CodeRequestTooLarge || w.Code != 413 {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

// TestFramedContentHasItsOwnLength and may come without that of the body, as the
// AWS CLI sends it over TLS.
func TestFramedContentHasItsOwnLength(t *testing.T) {
	const framed = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
	for _, said := range []int64{-1, int64(len(framed))} {
		f := newFixture()
		r := request("PUT", "http://localhost:4566/bucket/key", framed, "X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
			"X-Amz-Decoded-Content-Length", "5", "X-Amz-Trailer", "x-amz-checksum-crc32", "Content-Encoding", "aws-chunked")
		if r.ContentLength = said; said >= 0 {
			r.Header.Set("Content-Length", strconv.FormatInt(said, 10))
		}
		if w := f.serve(r); w.Code != http.StatusOK || f.seen.length == nil || *f.seen.length != 5 {
			t.Errorf("a body of %d bytes: %d %s, length %v", said, w.Code, w.Body, f.seen.length)
		}
	}
}
