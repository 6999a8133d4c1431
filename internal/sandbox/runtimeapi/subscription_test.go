package runtimeapi

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

const subscribing = `{"schemaVersion":"2022-07-01","types":["platform"],"destination":{"protocol":"HTTP","URI":"http://sandbox.localdomain:8080"}}`

func TestSubscriptionsAreRead(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		logs       bool
		want       Subscription
	}{
		{"with defaults", subscribing, false, Subscription{Schema: "2022-07-01", Types: []string{"platform"}, Method: "POST", Port: 8080, Path: "/",
			MaxItems: 10000, MaxBytes: 262144, Timeout: time.Second}},
		{"with all there is", `{"schemaVersion":"2022-12-13","types":["function","extension"],"buffering":{"maxItems":1000,"maxBytes":1048576,"timeoutMs":25},
			"destination":{"protocol":"HTTP","URI":"http://sandbox:4243/a?b=c"}}`, false,
			Subscription{Schema: "2022-12-13", Types: []string{"function", "extension"}, Method: "POST", Port: 4243, Path: "/a?b=c", MaxItems: 1000, MaxBytes: 1048576, Timeout: 25 * time.Millisecond}},
		{"of the Logs API", `{"types":["platform"],"destination":{"protocol":"HTTP","URI":"http://sandbox.localdomain:80/x","method":"PUT"}}`, true,
			Subscription{Logs: true, Schema: "2020-08-15", Types: []string{"platform"}, Method: "PUT", Port: 80, Path: "/x", MaxItems: 10000, MaxBytes: 262144, Timeout: time.Second}},
		{"for TCP", `{"schemaVersion":"2021-03-18","types":["platform"],"destination":{"protocol":"TCP","port":8080}}`, true,
			Subscription{Logs: true, Schema: "2021-03-18", Types: []string{"platform"}, TCP: true, Method: "POST", Port: 8080, MaxItems: 10000, MaxBytes: 262144, Timeout: time.Second}},
	} {
		if got, problems := readSubscription([]byte(tt.body), tt.logs); problems != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: %+v, %q, want %+v", tt.name, got, problems, tt.want)
		}
	}
}

func TestSubscriptionsThatAreRefused(t *testing.T) {
	at := `"destination":{"protocol":"HTTP","URI":"http://sandbox.localdomain:8080"}`
	for _, tt := range []struct{ name, body, want string }{
		{"without a port and types", `{"schemaVersion":"2022-07-01","types":[],"destination":{"protocol":"HTTP","URI":"http://sandbox.localdomain"}}`,
			"URI port is not provided; types should not be empty"},
		{"without a schema", `{"types":["platform"],` + at + `}`, "schemaVersion should be one of 2022-07-01, 2022-12-13, 2025-01-29"},
		{"of another type", `{"schemaVersion":"2022-07-01","types":["metrics"],` + at + `}`, "types should be of platform, function, extension"},
		{"without a destination", `{"schemaVersion":"2022-07-01","types":["platform"]}`, "destination is not provided"},
		{"that would leave the environment", `{"schemaVersion":"2022-07-01","types":["platform"],"destination":{"protocol":"HTTP","URI":"http://example.com:80"}}`, "URI host should be sandbox.localdomain"},
		{"by another protocol", `{"schemaVersion":"2022-07-01","types":["platform"],"destination":{"protocol":"HTTPS","URI":"https://sandbox.localdomain:8080"}}`, "protocol should be one of HTTP, TCP"},
		{"by HTTPS", `{"schemaVersion":"2022-07-01","types":["platform"],"destination":{"protocol":"HTTP","URI":"https://sandbox.localdomain:8080"}}`, "URI scheme is not supported"},
		{"to our own port", `{"schemaVersion":"2022-07-01","types":["platform"],"destination":{"protocol":"HTTP","URI":"http://sandbox.localdomain:9001"}}`, "port 9001 is reserved"},
		{"that gather too little", `{"schemaVersion":"2022-07-01","types":["platform"],"buffering":{"maxItems":1,"maxBytes":262143,"timeoutMs":30001},` + at + `}`,
			"maxItems should be between 1000 and 10000; maxBytes should be between 262144 and 1048576; timeoutMs should be between 25 and 30000"},
	} {
		if _, problems := readSubscription([]byte(tt.body), false); strings.Join(problems, "; ") != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, strings.Join(problems, "; "), tt.want)
		}
	}
	if _, problems := readSubscription([]byte(`{`), false); len(problems) != 1 {
		t.Errorf("what is no JSON: %q", problems)
	}
}

func FuzzSubscription(f *testing.F) {
	f.Add([]byte(subscribing), false)
	f.Add([]byte(`{"types":["function"],"destination":{"protocol":"TCP","port":8080},"buffering":{"maxItems":1000}}`), true)
	f.Fuzz(func(t *testing.T, body []byte, logs bool) {
		sub, problems := readSubscription(body, logs)
		if len(problems) == 0 && (sub.Port < 1 || sub.Port > 65535 || sub.Port == reservedPort || sub.MaxItems < 1000 || sub.MaxBytes < 256<<10 || sub.MaxBytes > 1<<20 || sub.Timeout <= 0 || len(sub.Types) == 0) {
			t.Errorf("%s is taken as %+v", body, sub)
		}
	})
}

func TestSubscriptionsAreTakenDuringTheStart(t *testing.T) {
	s, r := start(t)
	var taken []string
	s.OnSubscribe(func(sub Subscription) { taken = append(taken, fmt.Sprint(sub.Extension, " ", sub.Logs)) })
	s.Expect(FunctionInfo{Name: "f"}, []string{"a", "b"})
	_, a, _ := r.ask("POST", "/register", `{"events":[]}`, "Lambda-Extension-Name", "a")
	_, b, _ := r.ask("POST", "/register", `{"events":[]}`, "Lambda-Extension-Name", "b")
	logs := strings.Replace(subscribing, "2022-07-01", "2020-08-15", 1)
	try := func(path, body, id string, status int, want string) {
		t.Helper()
		if got, _, said := r.ask("PUT", path, body, identifier, id); got != status || !strings.Contains(said, want) {
			t.Errorf("%s by %q: %d %s, want %d %s", path, id, got, said, status, want)
		}
	}
	try(telemetryPath, subscribing, a, 200, `"OK"`)
	try(telemetryPath, subscribing, a, 200, `"OK"`)
	try(logsPath, logs, a, 400, `{"errorMessage":"the extension has subscribed by the Telemetry API already","errorType":"Logs.ValidationError"}`)
	try(logsPath, logs, b, 200, `"OK"`)
	try(telemetryPath, `{}`, b, 400, `"errorType":"ValidationError"}`)
	try(telemetryPath, subscribing, "", 403, `"errorType":"Extension.MissingExtensionIdentifier"}`)
	if want := []string{"a false", "a false", "b true"}; !reflect.DeepEqual(taken, want) {
		t.Errorf("taken: %q, want %q", taken, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, id := range []string{a, b} {
		go func() { _, _ = s.state.nextFor(ctx, id) }()
	}
	go func() { _, _ = s.state.ask(nobody{}) }()
	<-s.Ready()
	try(telemetryPath, subscribing, a, 403, `{"errorMessage":"Telemetry API subscription is closed already","errorType":"Telemetry.SubscriptionClosed"}`)
	try(logsPath, logs, b, 403, `{"errorMessage":"Logs API subscription is closed already","errorType":"Logs.SubscriptionClosed"}`)
}
