package apigateway

import (
	"cloudless/internal/api"
	"cloudless/internal/storage/keys"
)

// The layout of the store. Ids of APIs are drawn once and name an API wherever
// a call of it comes from, so what an API owns is filed under its id alone.
//
//	("apigateway", "owned", account, region, api)          nothing: the account has the API
//	("apigateway", "api", api)                             restAPI
//	("apigateway", "api", api, "resource", id)             resource, with its methods
//	("apigateway", "api", api, "model", name)              model
//	("apigateway", "api", api, "stage", name)              stage
//	("apigateway", "api", api, "deployment", id)           deployment
//	("apigateway", "api", api, "snapshot", deployment, id) resource, as it was deployed
//	("apigateway", "api", api, part, id)                   one of the parts below
//	("apigateway", "api", api, "deployed", deployment, part, id) the same, as it was deployed
//
//	("apigateway", "apikey", account, region, id)           keyRecord: an API key, with its plans
//	("apigateway", "keyvalue", account, region, value)      the id of the API key with that value
//	("apigateway", "usageplan", account, region, plan)      planRecord
//	("apigateway", "plankey", account, region, plan, key)   nothing: the plan has the key
//	("apigateway", "quota", account, region, plan, key)     quotaRecord: how much of a quota is used
//	("apigateway", "usage", account, region, plan, key, day) usageRecord: how much was used on a day
//
// Whoever changes what an API owns claims the API's record: to read it, so that
// nothing is added to an API that is being deleted; or to write it, where the
// outcome depends on more than one of the things owned (the tree of resources,
// the names of models, the deployments that stages stand on).

// part is a kind of things that an API owns beside its resources, and that a
// deployment keeps with them.
type part string

// The parts.
const (
	authorizers      part = "authorizer"      // authorizer, by its id
	gatewayResponses part = "gatewayresponse" // gatewayResponse, by its type
	models           part = "model"           // model, by its name
	validators       part = "validator"       // validator, by its id
)

// parts are all of them.
var parts = []part{authorizers, gatewayResponses, models, validators}

func (p part) key(api, id string) []byte { return keys.Encode("apigateway", "api", api, string(p), id) }

// prefix begins the things of the part; the id follows it.
func (p part) prefix(api string) []byte { return keys.Encode("apigateway", "api", api, string(p)) }

// deployed begins the things of the part as they were deployed.
func (p part) deployed(api, deployment string) []byte {
	return keys.Encode("apigateway", "api", api, "deployed", deployment, string(p))
}

// deployedPrefix begins all parts of a deployment.
func deployedPrefix(api, deployment string) []byte {
	return keys.Encode("apigateway", "api", api, "deployed", deployment)
}

func ownedKey(account, region, api string) []byte {
	return keys.Encode("apigateway", "owned", account, region, api)
}

// ownedPrefix begins the APIs of an account in a region; the id follows it.
func ownedPrefix(account, region string) []byte {
	return keys.Encode("apigateway", "owned", account, region)
}

// apiKey is the key of an API, and the prefix of all that it owns.
func apiKey(api string) []byte { return keys.Encode("apigateway", "api", api) }

func resourceKey(api, id string) []byte {
	return keys.Encode("apigateway", "api", api, "resource", id)
}

func resourcePrefix(api string) []byte { return keys.Encode("apigateway", "api", api, "resource") }

func modelKey(api, name string) []byte {
	return keys.Encode("apigateway", "api", api, "model", name)
}

func modelPrefix(api string) []byte { return keys.Encode("apigateway", "api", api, "model") }

func stageKey(api, name string) []byte {
	return keys.Encode("apigateway", "api", api, "stage", name)
}

func stagePrefix(api string) []byte { return keys.Encode("apigateway", "api", api, "stage") }

func deploymentKey(api, id string) []byte {
	return keys.Encode("apigateway", "api", api, "deployment", id)
}

func deploymentPrefix(api string) []byte { return keys.Encode("apigateway", "api", api, "deployment") }

func snapshotKey(api, deployment, resource string) []byte {
	return keys.Encode("apigateway", "api", api, "snapshot", deployment, resource)
}

// snapshotPrefix begins the resources of a deployment; the id follows it.
func snapshotPrefix(api, deployment string) []byte {
	return keys.Encode("apigateway", "api", api, "snapshot", deployment)
}

// ofAccount is a kind of things that an account has in a region, beside its
// APIs.
type ofAccount string

// The kinds.
const (
	apiKeys    ofAccount = "apikey"
	keyValues  ofAccount = "keyvalue"
	usagePlans ofAccount = "usageplan"
	planKeys   ofAccount = "plankey"
	quotas     ofAccount = "quota"
	usages     ofAccount = "usage"
)

// key is the key of one of them, or with fewer ids than it has the beginning of
// some.
func (k ofAccount) key(call *api.Call, ids ...string) []byte {
	elems := []any{"apigateway", string(k), call.Account, call.Region}
	for _, id := range ids {
		elems = append(elems, id)
	}
	return keys.Encode(elems...)
}
