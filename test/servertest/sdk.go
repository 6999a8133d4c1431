package servertest

import (
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// SDK configures clients of the server at url that send each request once, so
// that nothing is written twice and a refusal comes at once, over as many
// connections as are needed.
func SDK(region, url, keyID, secret string) aws.Config {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	return aws.Config{
		Region: region, BaseEndpoint: &url,
		Credentials:      credentials.NewStaticCredentialsProvider(keyID, secret, ""),
		HTTPClient:       &http.Client{Transport: plainBodies{transport}},
		RetryMaxAttempts: 1,
	}
}

// plainBodies sends the SDK's requests without the WriteTo of their bodies.
//
// The SDK closes the body of a request as soon as the answer begins, and from
// then on its WriteTo (smithy-go v1.28.8, transport/http/internal/io) fails
// with io.EOF. net/http asks the body once more after its last byte, and takes
// that failure for one of the connection, which it closes while the answer is
// being read: "use of closed network connection". It happens where a server
// answers before the client's own goroutine has run again.
type plainBodies struct{ http.RoundTripper }

func (p plainBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		plain := *r
		plain.Body = struct{ io.ReadCloser }{r.Body}
		r = &plain
	}
	return p.RoundTripper.RoundTrip(r)
}
