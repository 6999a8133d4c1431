package lambda

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// Who may call a function URL, and how its answers go out.
const (
	authNone = "NONE"
	authIAM  = "AWS_IAM"

	modeBuffered = "BUFFERED"
	modeStream   = "RESPONSE_STREAM"
)

// functionURL is an address of a function, or of an alias of it. It stays when
// the alias goes, and leads nowhere then.
type functionURL struct {
	FormatVersion int             `json:"v"`
	Account       string          `json:"account"`
	Region        string          `json:"region"`
	Function      string          `json:"function"`
	Qualifier     string          `json:"qualifier,omitempty"` // an alias
	ID            string          `json:"id"`                  // the first label of the host
	Created       string          `json:"created"`
	Modified      string          `json:"modified"`
	AuthType      string          `json:"authType"`
	InvokeMode    string          `json:"invokeMode"` // "" until one is given, which is BUFFERED
	CORS          *lambdaapi.Cors `json:"cors,omitempty"`
}

func (u *functionURL) name() name {
	return name{account: u.Account, region: u.Region, function: u.Function, qualifier: u.Qualifier}
}

func (u *functionURL) key() []byte {
	return urlKey(u.Account, u.Region, u.Function, u.Qualifier)
}

// urlOwner is whom an id belongs to.
type urlOwner struct {
	Account   string `json:"account"`
	Region    string `json:"region"`
	Function  string `json:"function"`
	Qualifier string `json:"qualifier,omitempty"`
}

// address is where clients find the function. Who has reached the server as
// AWS gets AWS's address; others one that leads to this machine.
func (u *functionURL) address(baseURL string) string {
	host := u.ID + ".lambda-url." + u.Region
	base, err := url.Parse(baseURL)
	if err != nil || base.Host == "" || strings.HasSuffix(base.Hostname(), ".amazonaws.com") {
		return "https://" + host + ".on.aws/"
	}
	host += ".localhost"
	if port := base.Port(); port != "" {
		host += ":" + port
	}
	return base.Scheme + "://" + host + "/"
}

// describe returns the URL as the API shows it to who asks for it. Who creates
// or updates it is told of an invoke mode only if one was ever given, as on AWS.
func (u *functionURL) describe(call *api.Call) *lambdaapi.FunctionUrlConfig {
	return &lambdaapi.FunctionUrlConfig{
		FunctionUrl: u.address(call.BaseURL), FunctionArn: u.name().qualifiedARN(), CreationTime: u.Created, LastModifiedTime: u.Modified,
		AuthType: u.AuthType, InvokeMode: cmp.Or(u.InvokeMode, modeBuffered), Cors: u.CORS,
	}
}

// urlTime writes a time as answers about function URLs do.
func urlTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

func noSuchURL() error {
	return lambdaapi.ResourceNotFoundException("The resource you requested does not exist.")
}

func readURL(r kv.Reader, n name) (*functionURL, error) {
	u := &functionURL{}
	return u, readRecord(r, urlKey(n.account, n.region, n.function, n.qualifier), u, noSuchURL())
}

// authTypeOf is what policies may ask of the URL that is named, if there is one.
func (s *Service) authTypeOf(ctx context.Context, call *api.Call, function string, qualifier *string) ([]api.Fact, error) {
	n, err := parseName(call, function, qualifier)
	if err != nil {
		return nil, err
	}
	var u *functionURL
	err = s.store.View(ctx, func(r kv.Reader) error {
		u, err = readURL(r, n)
		return err
	})
	if awserr.Code(err) == "ResourceNotFoundException" {
		return nil, nil
	}
	return given("lambda:FunctionUrlAuthType", u.AuthType), err
}

// urlName returns the name of what an operation on a URL is about, if the
// caller may do that.
func (s *Service) urlName(ctx context.Context, call *api.Call, action, function string, qualifier *string, facts ...api.Fact) (name, error) {
	n, err := parseName(call, function, qualifier)
	if err != nil {
		return n, err
	}
	return n, s.authorize(ctx, call, action, n, append(facts, api.Given("lambda:FunctionArn", n.qualifiedARN()))...)
}

// checkURLOwner refuses what cannot have a URL: what is not there, and
// versions.
func checkURLOwner(r kv.Reader, n name) error {
	absent := lambdaapi.ResourceNotFoundException("Function does not exist")
	if n.qualifier == latest || isVersion(n.qualifier) {
		return absent
	}
	_, err := readHolder(r, n)
	if awserr.Code(err) == "ResourceNotFoundException" {
		return absent
	}
	return err
}

// newURLID draws the first label of a URL's host: 32 letters and digits.
func (s *Service) newURLID() string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz234567"
	var b [32]byte
	_, _ = s.clock.Read(b[:]) // a clock.Clock never fails to
	for i := range b {
		b[i] = alphabet[b[i]%32]
	}
	return string(b[:])
}

// deleteURL removes a URL and its id.
func deleteURL(tx kv.Tx, u *functionURL) {
	tx.Delete(u.key())
	tx.Delete(urlIDKey(u.ID))
}

// deleteURLs removes the URLs of a function and of its aliases.
func deleteURLs(tx kv.Tx, n name) error {
	return eachRecord(tx, allOf("url", n.account, n.region, n.function), func(u *functionURL) error {
		deleteURL(tx, u)
		return nil
	})
}

// findURL returns the URL that an id names, or nil.
func (s *Service) findURL(ctx context.Context, id string) (*functionURL, error) {
	var u *functionURL
	err := s.store.View(ctx, func(r kv.Reader) error {
		owner := &urlOwner{}
		err := readRecord(r, urlIDKey(id), owner, kv.ErrNotFound)
		if errors.Is(err, kv.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		u, err = readURL(r, name{owner.Account, owner.Region, owner.Function, owner.Qualifier})
		return err
	})
	return u, err
}
