package apigateway

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	agw "cloudless/internal/api/apigateway"
)

// Tokens checks the tokens of user pools.
type Tokens interface {
	// IsPool reports whether a text is the ARN of a user pool.
	IsPool(arn string) bool
	// Claims returns what a token says, if one of the pools with these ARNs has
	// signed it. Numbers are json.Number. The error is ErrBadToken or
	// ErrExpiredToken, or says why the pools could not be asked.
	Claims(ctx context.Context, token string, poolARNs []string) (map[string]any, error)
}

// What may be wrong with a token.
var (
	ErrBadToken     = errors.New("the token is none of these pools'")
	ErrExpiredToken = errors.New("the token has expired")
)

// checkUserPools refuses an authorizer that could ask no user pool.
func (s *Service) checkUserPools(a *agw.Authorizer) error {
	if source := deref(a.IdentitySource); !headerSource.MatchString(source) {
		return badTokenSource(source)
	}
	if len(a.ProviderARNs) == 0 {
		return agw.BadRequestException("At least one user pool ARN must be specified for authorizers of type COGNITO_USER_POOLS")
	}
	for _, arn := range a.ProviderARNs {
		if !s.tokens.IsPool(arn) {
			return agw.BadRequestException("Invalid Cognito User Pool ARN specified: " + arn)
		}
	}
	return nil
}

// admitByUserPool admits whoever has a token of the method's user pools. Where
// the API has a policy, that has to allow the call too.
func (s *Service) admitByUserPool(x *exchange) error {
	a := x.deployed.authorizers[deref(x.method.AuthorizerId)]
	if a == nil {
		return badAuthorizer().because(errors.New("the deployment has no such authorizer"))
	}
	if err := s.admitByPolicy(x); err != nil {
		return err
	}
	began := x.now()
	claims, err := s.askUserPools(x, a)
	x.ended(&x.asked, began, err)
	if err != nil {
		return err
	}
	if scopes := x.method.AuthorizationScopes; len(scopes) > 0 {
		granted := strings.Fields(textOf(claims["scope"]))
		if textOf(claims["token_use"]) != "access" || !slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(granted, s) }) {
			return unauthorized()
		}
	}
	return nil
}

// askUserPools checks the token of a call, and puts down what it says.
func (s *Service) askUserPools(x *exchange, a *readyAuthorizer) (map[string]any, error) {
	token := strings.Join(x.requestValues(a.sources[0]), ",")
	if scheme, rest, found := strings.Cut(token, " "); found && strings.EqualFold(scheme, "Bearer") {
		token = strings.TrimSpace(rest)
	}
	if token == "" {
		return nil, unauthorized()
	}
	claims, err := s.tokens.Claims(x.request.Context(), token, a.ProviderARNs)
	switch {
	case errors.Is(err, ErrExpiredToken):
		return nil, tokenExpired()
	case errors.Is(err, ErrBadToken):
		return nil, unauthorized()
	case err != nil:
		return nil, badAuthorizer().because(err)
	}
	if a.validation != nil && !a.validation.MatchString(textOf(firstOf(claims, "aud", "client_id"))) {
		return nil, unauthorized()
	}
	x.authorized = &authorization{Claims: make(map[string]string, len(claims))}
	for name, value := range claims {
		x.authorized.Claims[name] = claimText(name, value)
	}
	return claims, nil
}

func firstOf(claims map[string]any, names ...string) any {
	for _, name := range names {
		if v := claims[name]; v != nil {
			return v
		}
	}
	return nil
}

// claimText is a claim as templates and functions see it: all of them are
// texts, and two of the times are dates.
func claimText(name string, value any) string {
	n, isNumber := value.(json.Number)
	if seconds, err := n.Int64(); isNumber && err == nil && (name == "exp" || name == "iat") {
		return time.Unix(seconds, 0).UTC().Format("Mon Jan 02 15:04:05 MST 2006")
	}
	return textOf(value)
}

// textOf is a value of JSON as text; the elements of a list stand behind each
// other.
func textOf(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	case []any:
		texts := make([]string, len(v))
		for i, e := range v {
			texts[i] = textOf(e)
		}
		return strings.Join(texts, ",")
	}
	text, _ := json.Marshal(value) // what was JSON is JSON again
	return string(text)
}

// tokenExpired answers a token that held once.
func tokenExpired() *refusal {
	return &refusal{kind: "EXPIRED_TOKEN", status: http.StatusUnauthorized, errorType: "UnauthorizedException", message: "The incoming token has expired", early: true}
}
