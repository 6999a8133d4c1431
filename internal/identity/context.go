package identity

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cloudless/internal/api"
	"cloudless/internal/identity/policy"
)

// keyResourceAccount is the condition key by which a service tells whose a
// resource is, when its ARN does not.
const keyResourceAccount = "aws:ResourceAccount"

// request describes a call to package policy, without any policies and without
// the circumstances.
func request(call *api.Call, action, resource string, facts []api.Fact) *policy.Request {
	r := &policy.Request{
		Principal: principalOf(call),
		Action:    action,
		Resource:  resource,
		Account:   accountOf(resource),
	}
	for _, f := range facts {
		if strings.EqualFold(f.Key, keyResourceAccount) && len(f.Values) == 1 {
			r.Account = f.Values[0]
		}
	}
	if r.Account == "" {
		r.Account = call.Account
	}
	return r
}

// asks reports whether any policy of the request asks for the circumstances,
// which most do not.
func asks(r *policy.Request) bool {
	asking := func(p *policy.Policy) bool { return p != nil && p.Asks() }
	return slices.ContainsFunc(r.Identity, asking) || slices.ContainsFunc(r.Session, asking) || asking(r.Boundary) || asking(r.Attached)
}

// context returns the circumstances of a call: what every call has, and what
// the service has added.
func (a *Authorizer) context(call *api.Call, r *policy.Request, facts []api.Fact) policy.Context {
	ctx := make(policy.Context, 20)
	a.describe(ctx, call)
	for _, f := range facts {
		if f.Key != "" {
			ctx.Set(f.Key, f.Values...)
		}
	}
	ctx.Set(keyResourceAccount, r.Account)
	return ctx
}

// accountOf returns the account in an ARN, or "" if there is none. AWS's own
// things, such as its managed policies, belong to nobody.
func accountOf(arn string) string {
	rest := arn
	for range 4 { // arn, partition, service, region
		_, after, ok := strings.Cut(rest, ":")
		if !ok {
			return ""
		}
		rest = after
	}
	account, _, ok := strings.Cut(rest, ":")
	if !ok || len(account) != 12 {
		return ""
	}
	return account
}

func principalOf(call *api.Call) policy.Principal {
	p := call.Principal
	out := policy.Principal{Account: p.Account, ARN: p.ARN, ID: p.ID}
	switch p.Type {
	case api.PrincipalAccount:
		out.Type = policy.Root
	case api.PrincipalUser:
		out.Type = policy.User
	case api.PrincipalAssumedRole:
		out.Type, out.RoleARN = policy.AssumedRole, p.RoleARN
	case api.PrincipalService:
		return policy.Principal{Type: policy.Service, Name: serviceOf(call)}
	default:
		return policy.Principal{Type: policy.Anonymous}
	}
	return out
}

// serviceOf returns the name of a service that calls on its own behalf, such
// as "apigateway.amazonaws.com".
func serviceOf(call *api.Call) string { return cmp.Or(call.Principal.ID, call.Service) }

// describe sets the condition keys that every call has.
func (a *Authorizer) describe(ctx policy.Context, call *api.Call) {
	now := a.clock.Now().UTC()
	ctx.Set("aws:CurrentTime", now.Format(time.RFC3339))
	ctx.Set("aws:EpochTime", strconv.FormatInt(now.Unix(), 10))
	ctx.Set("aws:SecureTransport", strconv.FormatBool(call.Secure))
	ctx.Set("aws:RequestedRegion", call.Region)
	ctx.Set("aws:PrincipalIsAWSService", strconv.FormatBool(call.Principal.Type == api.PrincipalService))
	if call.UserAgent != "" {
		ctx.Set("aws:UserAgent", call.UserAgent)
	}
	viaService := call.Service != "" && call.Principal.Type != api.PrincipalService
	ctx.Set("aws:ViaAWSService", strconv.FormatBool(viaService))
	switch {
	case viaService:
		ctx.Set("aws:CalledVia", call.Service)
		ctx.Set("aws:CalledViaFirst", call.Service)
		ctx.Set("aws:CalledViaLast", call.Service)
	case call.SourceIP != "":
		// The address is the caller's own only if no service stands between.
		ctx.Set("aws:SourceIp", call.SourceIP)
	}
	if call.VpcEndpoint != "" {
		ctx.Set("aws:SourceVpce", call.VpcEndpoint)
	}
	describePrincipal(ctx, call)
}

func describePrincipal(ctx policy.Context, call *api.Call) {
	p := call.Principal
	switch p.Type {
	case api.PrincipalService:
		ctx.Set("aws:PrincipalServiceName", serviceOf(call))
		return
	case api.PrincipalAccount, api.PrincipalUser, api.PrincipalAssumedRole:
	default:
		ctx.Set("aws:PrincipalType", string(api.PrincipalAnonymous))
		ctx.Set("aws:userid", "anonymous")
		return
	}
	ctx.Set("aws:PrincipalType", string(p.Type))
	ctx.Set("aws:PrincipalAccount", p.Account)
	ctx.Set("aws:PrincipalArn", cmp.Or(p.RoleARN, p.ARN)) // of a session, the role
	ctx.Set("aws:userid", p.ID)
	if p.SourceFunctionARN != "" {
		ctx.Set("lambda:SourceFunctionArn", p.SourceFunctionARN)
	}
	if p.Type == api.PrincipalUser {
		ctx.Set("aws:username", p.ARN[strings.LastIndexByte(p.ARN, '/')+1:])
	}
}
