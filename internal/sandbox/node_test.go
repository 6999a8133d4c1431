package sandbox

import (
	"strings"
	"testing"
)

// The tests in this file run real versions of Node, from packs that need the npm
// registry once.

func TestNodeAnswers(t *testing.T) {
	b := newBench(t)
	needRuntime(t, b, "nodejs6.10")
	r := b.invoke(node("nodejs6.10", "index.js", `
		exports.handler = function (event, context, callback) {
			console.log('got', event.a);
			callback(null, { node: process.version, a: event.a });
		};`), `{"a":7}`)
	if string(r.Payload) != `{"node":"v6.10.3","a":7}` || r.FunctionError != "" {
		t.Errorf("result = %q %s", r.FunctionError, r.Payload)
	}
	t.Log(b.text())
}

func TestOldSDKReachesTheFrontUnderAWSsOwnName(t *testing.T) {
	b := newIsolatedBench(t)
	needRuntime(t, b, "nodejs6.10")
	r := b.invoke(node("nodejs6.10", "index.js", `
		var doc = require('dynamodb-doc');
		var dynamo = new doc.DynamoDB();
		exports.handler = function (event, context, callback) {
			dynamo.putItem({ TableName: 'users', Item: event }, callback);
		};`), `{"name":"me"}`)
	if string(r.Payload) != `{}` || r.FunctionError != "" {
		t.Fatalf("result = %q %s\n%s", r.FunctionError, r.Payload, r.LogTail)
	}
	want := `https dynamodb.us-east-1.amazonaws.com DynamoDB_20120810.PutItem {"TableName":"users","Item":{"name":{"S":"me"}}}`
	if got := strings.Join(b.front.requests, "\n"); got != want {
		t.Errorf("the front was asked %s, want %s", got, want)
	}
}
