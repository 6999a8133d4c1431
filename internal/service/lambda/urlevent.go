package lambda

import (
	"crypto/tls"
	"encoding/base64"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"cloudless/internal/api"
)

// urlEvent is what a function gets of a request to its URL: version 2.0 of the
// format of HTTP APIs, in the order of members in which AWS writes it.
type urlEvent struct {
	Version         string            `json:"version"`
	RouteKey        string            `json:"routeKey"`
	RawPath         string            `json:"rawPath"`
	RawQueryString  string            `json:"rawQueryString"`
	Cookies         []string          `json:"cookies,omitempty"`
	Headers         map[string]string `json:"headers"`
	Query           map[string]string `json:"queryStringParameters,omitempty"`
	RequestContext  urlContext        `json:"requestContext"`
	Body            *string           `json:"body,omitempty"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
}

type urlContext struct {
	AccountID    string         `json:"accountId"` // of the caller; "anonymous" if there is none
	APIID        string         `json:"apiId"`
	Authorizer   *urlAuthorizer `json:"authorizer,omitempty"`
	DomainName   string         `json:"domainName"`
	DomainPrefix string         `json:"domainPrefix"`
	HTTP         urlHTTP        `json:"http"`
	RequestID    string         `json:"requestId"`
	RouteKey     string         `json:"routeKey"`
	Stage        string         `json:"stage"`
	Time         string         `json:"time"`
	TimeEpoch    int64          `json:"timeEpoch"` // milliseconds
}

type urlHTTP struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

// urlAuthorizer tells who has signed the request.
type urlAuthorizer struct {
	IAM urlCaller `json:"iam"`
}

type urlCaller struct {
	AccessKey       string  `json:"accessKey"`
	AccountID       string  `json:"accountId"`
	CallerID        string  `json:"callerId"`
	CognitoIdentity *string `json:"cognitoIdentity"`
	PrincipalOrgID  *string `json:"principalOrgId"`
	UserARN         string  `json:"userArn"`
	UserID          string  `json:"userId"`
}

// eventOf makes the event of a request to a URL. With AWS_IAM, call tells who
// has signed it.
func eventOf(u *functionURL, r *http.Request, call *api.Call, traced string, body []byte) *urlEvent {
	e := &urlEvent{
		Version: "2.0", RouteKey: "$default", RawPath: r.URL.EscapedPath(), RawQueryString: r.URL.RawQuery,
		Headers: urlHeaders(r, call, traced), Query: urlQuery(r.URL.RawQuery), Cookies: urlCookies(r),
		RequestContext: urlContext{
			AccountID: "anonymous", APIID: u.ID, DomainName: hostOf(r), DomainPrefix: u.ID,
			HTTP:      urlHTTP{Method: r.Method, Path: r.URL.Path, Protocol: r.Proto, SourceIP: call.SourceIP, UserAgent: r.UserAgent()},
			RequestID: call.RequestID, RouteKey: "$default", Stage: "$default",
			Time: call.Start.UTC().Format("02/Jan/2006:15:04:05 -0700"), TimeEpoch: call.Start.UnixMilli(),
		},
	}
	if e.RawPath == "" {
		e.RawPath, e.RequestContext.HTTP.Path = "/", "/"
	}
	if u.AuthType == authIAM {
		p := call.Principal
		e.RequestContext.AccountID = p.Account
		e.RequestContext.Authorizer = &urlAuthorizer{IAM: urlCaller{
			AccessKey: p.AccessKeyID, AccountID: p.Account, CallerID: p.ID, UserARN: p.ARN, UserID: p.ID,
		}}
	}
	if len(body) > 0 {
		text := string(body)
		if e.IsBase64Encoded = !isText(r.Header.Get("Content-Type"), body); e.IsBase64Encoded {
			text = base64.StdEncoding.EncodeToString(body)
		}
		e.Body = &text
	}
	return e
}

// urlHeaders are those of the request, in lower case, of several values one,
// and those that AWS adds.
func urlHeaders(r *http.Request, call *api.Call, traced string) map[string]string {
	headers := map[string]string{}
	for name, values := range r.Header {
		if name = strings.ToLower(name); name != "cookie" {
			headers[name] = strings.Join(values, ",")
		}
	}
	headers["host"], headers["x-amzn-trace-id"] = hostOf(r), traced
	if r.TLS != nil {
		headers["x-amzn-tls-version"] = strings.Replace(tls.VersionName(r.TLS.Version), "TLS ", "TLSv", 1)
		headers["x-amzn-tls-cipher-suite"] = tls.CipherSuiteName(r.TLS.CipherSuite)
	}
	proto, port := "http", "80"
	if call.Secure {
		proto, port = "https", "443"
	}
	if u, err := url.Parse(call.BaseURL); err == nil && u.Port() != "" {
		port = u.Port()
	}
	headers["x-forwarded-proto"], headers["x-forwarded-port"] = proto, port
	headers["x-forwarded-for"] = strings.TrimPrefix(headers["x-forwarded-for"]+", "+call.SourceIP, ", ")
	return headers
}

// hostOf is the host that a request names, without its port.
func hostOf(r *http.Request) string {
	host, _, _ := strings.Cut(r.Host, ":")
	return host
}

func urlCookies(r *http.Request) (cookies []string) {
	for _, line := range r.Header.Values("Cookie") {
		for c := range strings.SplitSeq(line, ";") {
			if c = strings.TrimSpace(c); c != "" {
				cookies = append(cookies, c)
			}
		}
	}
	return cookies
}

// urlQuery are the parameters of a query string, of several values one.
func urlQuery(raw string) map[string]string {
	values, _ := url.ParseQuery(raw) // of what is no query, the rest
	if len(values) == 0 {
		return nil
	}
	query := make(map[string]string, len(values))
	for name, all := range values {
		query[name] = strings.Join(all, ",")
	}
	return query
}

// isText tells the bodies that functions get as they are from those that they
// get in base64. Forms are among the latter, as on AWS.
func isText(contentType string, body []byte) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil || !utf8.Valid(body) {
		return false
	}
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "+xml") ||
		slices.Contains([]string{"application/json", "application/javascript", "application/xml"}, kind)
}
