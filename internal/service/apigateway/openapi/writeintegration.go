package openapi

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	agw "cloudless/internal/api/apigateway"
)

// defaultTimeoutInMillis is what need not be written.
const defaultTimeoutInMillis = 29_000

func (w *writer) integration(i *agw.Integration) *node {
	x := newObject().set("type", newText(strings.ToLower(i.Type)))
	for _, m := range []struct {
		key string
		v   *string
	}{{"credentials", i.Credentials}, {"httpMethod", i.HttpMethod}, {"uri", i.Uri}, {"connectionId", i.ConnectionId}} {
		if m.v != nil {
			x.setText(m.key, *m.v)
		}
	}
	if i.ConnectionType != "" && i.ConnectionType != "INTERNET" {
		x.set("connectionType", newText(i.ConnectionType))
	}
	if len(i.IntegrationResponses) > 0 {
		x.set("responses", integrationResponses(i.IntegrationResponses))
	}
	setTexts(x, "requestParameters", i.RequestParameters)
	setTexts(x, "requestTemplates", i.RequestTemplates)
	if i.PassthroughBehavior != nil {
		x.setText("passthroughBehavior", strings.ToLower(*i.PassthroughBehavior))
	}
	x.setText("contentHandling", i.ContentHandling)
	if i.ResponseTransferMode != "" && i.ResponseTransferMode != "BUFFERED" {
		x.set("responseTransferMode", newText(i.ResponseTransferMode))
	}
	if t := i.TimeoutInMillis; t != nil && *t != defaultTimeoutInMillis {
		x.set("timeoutInMillis", &node{kind: number, text: strconv.FormatInt(*t, 10)})
	}
	if i.CacheNamespace != nil {
		x.setText("cacheNamespace", *i.CacheNamespace)
	}
	if len(i.CacheKeyParameters) > 0 {
		x.set("cacheKeyParameters", newTexts(i.CacheKeyParameters))
	}
	if i.TlsConfig != nil && i.TlsConfig.InsecureSkipVerification != nil {
		x.set("tlsConfig", newObject().set("insecureSkipVerification", newBool(*i.TlsConfig.InsecureSkipVerification)))
	}
	return x
}

func integrationResponses(responses map[string]agw.IntegrationResponse) *node {
	all := newObject()
	for _, code := range slices.Sorted(maps.Keys(responses)) {
		r := responses[code]
		key := "default"
		if r.SelectionPattern != nil && *r.SelectionPattern != "" {
			key = *r.SelectionPattern
		}
		out := newObject().set("statusCode", newText(code))
		setTexts(out, "responseParameters", r.ResponseParameters)
		setTexts(out, "responseTemplates", r.ResponseTemplates)
		out.setText("contentHandling", r.ContentHandling)
		all.set(key, out)
	}
	return all
}

func setTexts(n *node, key string, texts map[string]string) {
	if len(texts) == 0 {
		return
	}
	out := newObject()
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		out.set(name, newText(texts[name]))
	}
	n.set(key, out)
}
