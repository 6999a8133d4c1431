package lambda

import (
	"strings"
	"time"

	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// The layout:
//
//	"lambda" "function" account region name        → function: $LATEST
//	"lambda" "version" account region name number  → function: a published version
//	"lambda" "alias" account region name alias     → alias
//	"lambda" "invokeconfig" account region name qualifier → invokeConfig: how its events are treated
//	"lambda" "layer" account region name           → layer
//	"lambda" "layerversion" account region name number → layerVersion
//	"lambda" "mapping" account region uuid         → mapping: of an event source
//	"lambda" "mappings"                            → changes whenever the mappings do
//	"lambda" "url" account region name qualifier   → functionURL
//	"lambda" "urlid" id                            → urlOwner: whose URL an id names
//	"lambda" "signing" account region id           → signingConfig
//	"lambda" "provisioned" account region name qualifier → provisioned: environments that are kept
//	"lambda" "account" account region              → reservations
//	"lambda" "event" account region id             → event, until it has ended
//	"lambda" "queue" account region name time id   → attempts: when an event is to be tried, and what was tried
//	"lambda" "due" time account region id          → the same in a queue of all functions, before there was one for each
//	"lambda" "linkkey"                             → the key that signs the addresses of packages
//
// Whoever writes a version or an alias of a function, or changes which of
// them there are, claims the function's own key.
const root = "lambda"

func functionKey(account, region, name string) []byte {
	return keys.Encode(root, "function", account, region, name)
}

func versionKey(account, region, name string, number int64) []byte {
	return keys.Encode(root, "version", account, region, name, number)
}

func aliasKey(account, region, function, name string) []byte {
	return keys.Encode(root, "alias", account, region, function, name)
}

func invokeConfigKey(account, region, function, qualifier string) []byte {
	return keys.Encode(root, "invokeconfig", account, region, function, qualifier)
}

func layerKey(account, region, name string) []byte {
	return keys.Encode(root, "layer", account, region, name)
}

func layerVersionKey(account, region, name string, number int64) []byte {
	return keys.Encode(root, "layerversion", account, region, name, number)
}

func mappingKey(account, region, uuid string) []byte {
	return keys.Encode(root, "mapping", account, region, uuid)
}

func urlKey(account, region, function, qualifier string) []byte {
	return keys.Encode(root, "url", account, region, function, qualifier)
}

func urlIDKey(id string) []byte { return keys.Encode(root, "urlid", id) }

// signingConfigKey is the key of what an ARN names, "arn:…:code-signing-config:csc-…".
// The ARN is one by the model's pattern.
func signingConfigKey(arn string) []byte {
	parts := strings.SplitN(arn, ":", 7)
	parts = append(parts, make([]string, 7-len(parts))...)
	return keys.Encode(root, "signing", parts[4], parts[3], parts[6])
}

func provisionedKey(account, region, function, qualifier string) []byte {
	return keys.Encode(root, "provisioned", account, region, function, qualifier)
}

func accountKey(account, region string) []byte {
	return keys.Encode(root, "account", account, region)
}

func eventKey(account, region, id string) []byte {
	return keys.Encode(root, "event", account, region, id)
}

func queueKey(account, region, function string, due time.Time, id string) []byte {
	return keys.Encode(root, "queue", account, region, function, due, id)
}

func linkKeyKey() []byte { return keys.Encode(root, "linkkey") }

// allOf is the range of all records of a kind, or of those whose keys go on
// with elems.
func allOf(kind string, elems ...any) kv.Range {
	return kv.Prefix(keys.Append(keys.Encode(root, kind), elems...))
}
