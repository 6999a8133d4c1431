package apigateway

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// authorizer is whom the methods of an API ask whether a caller may call them.
type authorizer struct {
	Form       int
	Authorizer agw.Authorizer
}

// How long an authorizer's word holds, in seconds.
const (
	defaultAuthorizerTTL = 300
	maxAuthorizerTTL     = 3600
)

func noSuchAuthorizer() error {
	return agw.NotFoundException("Invalid Authorizer identifier specified")
}

// findAuthorizer reads an authorizer of the caller.
func findAuthorizer(r kv.Reader, call *api.Call, apiID, id string) (*authorizer, error) {
	if _, err := findAPI(r, call, apiID); err != nil {
		return nil, err
	}
	a, err := load[authorizer](r, authorizers.key(apiID, id))
	if err != nil {
		return nil, orElse(err, noSuchAuthorizer())
	}
	return a, nil
}

// readAuthorizers reads the authorizers of an API of the caller.
func readAuthorizers(r kv.Reader, call *api.Call, apiID string) ([]*authorizer, error) {
	if _, err := findAPI(r, call, apiID); err != nil {
		return nil, err
	}
	return loadAll[authorizer](r, authorizers.prefix(apiID))
}

// changeAuthorizer changes an authorizer, with the others and the methods that
// ask it held still.
func (s *Service) changeAuthorizer(ctx context.Context, call *api.Call, apiID, id string, change func(tx kv.Tx, a *authorizer) error) error {
	return s.changeAPI(ctx, call, apiID, func(tx kv.Tx, _ *restAPI) error {
		a, err := findAuthorizer(tx, call, apiID, id)
		if err != nil {
			return err
		}
		return change(tx, a)
	})
}

// saveAuthorizer writes an authorizer whose name no other one has.
func saveAuthorizer(tx kv.Tx, call *api.Call, apiID string, a *authorizer) error {
	others, err := readAuthorizers(tx, call, apiID)
	if err != nil {
		return err
	}
	for _, o := range others {
		if *o.Authorizer.Name == *a.Authorizer.Name && *o.Authorizer.Id != *a.Authorizer.Id {
			return agw.BadRequestException("Authorizer name must be unique. Authorizer " + *a.Authorizer.Name + " already exists in this RestApi.")
		}
	}
	return save(tx, authorizers.key(apiID, *a.Authorizer.Id), a)
}

// headerSource is the only thing that a TOKEN authorizer may look at.
var headerSource = regexp.MustCompile(`^method\.request\.header\.[a-zA-Z0-9._-]+$`)

// checkAuthorizer refuses an authorizer that could not be asked.
func (s *Service) checkAuthorizer(a *agw.Authorizer) error {
	if deref(a.Name) == "" {
		return agw.BadRequestException("Authorizer name must be non-empty")
	}
	if ttl := a.AuthorizerResultTtlInSeconds; ttl != nil && (*ttl < 0 || *ttl > maxAuthorizerTTL) {
		return agw.BadRequestException("Authorizer result TTL must be between 0 and 3600")
	}
	switch a.Type {
	case "TOKEN":
		if source := deref(a.IdentitySource); !headerSource.MatchString(source) {
			return badTokenSource(source)
		}
	case "REQUEST":
		if err := checkRequestSources(a); err != nil {
			return err
		}
	case "COGNITO_USER_POOLS":
		if err := s.checkUserPools(a); err != nil {
			return err
		}
		_, err := makeAuthorizer(a)
		return err
	default:
		return agw.BadRequestException("Invalid authorizer type specified: " + a.Type)
	}
	if target, err := parseAWSTarget(deref(a.AuthorizerUri)); err != nil || !isFunction(target) {
		return agw.BadRequestException("Invalid Authorizer URI: " + deref(a.AuthorizerUri) +
			". Authorizer URI should be a valid API Gateway ARN that represents a Lambda function invocation.")
	}
	if role := deref(a.AuthorizerCredentials); role != "" && !strings.HasPrefix(role, "arn:") {
		return agw.BadRequestException("Invalid ARN specified in the request")
	}
	_, err := makeAuthorizer(a)
	return err
}

func badTokenSource(expression string) error {
	return agw.BadRequestException("Invalid token source expression: " + expression +
		". The source must be a method request header, matching 'method.request.header.[a-zA-Z0-9._-]+'.")
}

func isFunction(t awsTarget) bool {
	_, ok := t.function()
	return ok && t.service == "lambda"
}

// checkRequestSources refuses what a REQUEST authorizer cannot look at. One
// whose word is to hold for a while has to look at something.
func checkRequestSources(a *agw.Authorizer) error {
	text := deref(a.IdentitySource)
	if text == "" {
		if ttlOf(a) > 0 {
			return agw.BadRequestException("Identity source must be set if authorizer caching is enabled (TTL is greater than 0)")
		}
		return nil
	}
	for expression := range strings.SplitSeq(text, ",") {
		if _, ok := identitySource(expression); !ok {
			return agw.BadRequestException("Invalid identity source expression: " + expression)
		}
	}
	return nil
}

// identitySource reads one thing that an authorizer looks at.
func identitySource(expression string) (source, bool) {
	src, ok := parseSource(strings.TrimSpace(expression), requestPrefix, "header querystring")
	return src, ok && src.kind != fromText
}

func ttlOf(a *agw.Authorizer) int64 {
	if a.AuthorizerResultTtlInSeconds == nil {
		return defaultAuthorizerTTL
	}
	return *a.AuthorizerResultTtlInSeconds
}

// readyAuthorizer is an authorizer, made ready to be asked.
type readyAuthorizer struct {
	*agw.Authorizer
	sources    []source
	validation *regexp.Regexp // of the whole token, or of the audience of one of Cognito's; nil for any
}

// makeAuthorizer makes an authorizer ready.
func makeAuthorizer(a *agw.Authorizer) (*readyAuthorizer, error) {
	out := &readyAuthorizer{Authorizer: a}
	if text := deref(a.IdentitySource); text != "" {
		for expression := range strings.SplitSeq(text, ",") {
			src, _ := identitySource(expression)
			out.sources = append(out.sources, src)
		}
	}
	if pattern := deref(a.IdentityValidationExpression); pattern != "" && a.Type != "REQUEST" {
		re, err := regexp.Compile(`\A(?:` + pattern + `)\z`)
		if err != nil {
			return nil, refusePattern(err, "identity validation expression", pattern)
		}
		out.validation = re
	}
	return out, nil
}

// readyAuthorizers makes the authorizers of a deployment ready. One that cannot
// be made so is none: its methods say that it is not there.
func readyAuthorizers(all []*authorizer) map[string]*readyAuthorizer {
	out := make(map[string]*readyAuthorizer, len(all))
	for _, a := range all {
		if ready, err := makeAuthorizer(&a.Authorizer); err == nil {
			out[*a.Authorizer.Id] = ready
		}
	}
	return out
}

// checkAuthorizerOf refuses a method whose authorizer the API does not have, or
// has of another kind. It reads within the transaction tx, whose claims keep
// DeleteAuthorizer away.
func checkAuthorizerOf(tx kv.Reader, apiID string, m *agw.Method) error {
	want := []string{"TOKEN", "REQUEST"}
	switch deref(m.AuthorizationType) {
	case "COGNITO_USER_POOLS":
		want = []string{"COGNITO_USER_POOLS"}
	case "CUSTOM":
	default:
		return nil
	}
	a, err := load[authorizer](tx, authorizers.key(apiID, deref(m.AuthorizerId)))
	if orElse(err, nil) != nil {
		return err
	}
	if err != nil || !slices.Contains(want, a.Authorizer.Type) {
		return agw.BadRequestException("Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.")
	}
	return nil
}

// checkUnasked refuses if a method asks the authorizer, and names the first.
func (t tree) checkUnasked(a *agw.Authorizer) error {
	var places []string
	for _, r := range t {
		for _, httpMethod := range slices.Sorted(maps.Keys(r.Methods)) {
			if deref(r.Methods[httpMethod].AuthorizerId) == *a.Id {
				places = append(places, httpMethod+"/"+t.path(r))
			}
		}
	}
	if len(places) > 0 {
		return agw.ConflictException("Cannot delete authorizer '" + *a.Name + "', is referenced in method: " + slices.Min(places))
	}
	return nil
}

// parseTTL reads a TTL in a patch.
func parseTTL(a *agw.Authorizer, p patchOp) error {
	ttl, err := strconv.ParseInt(p.text(), 10, 64)
	if err != nil {
		return agw.BadRequestException("Authorizer result TTL must be between 0 and 3600")
	}
	a.AuthorizerResultTtlInSeconds = &ttl
	return nil
}
