package apigateway

import (
	"testing"
	"time"

	agw "cloudless/internal/api/apigateway"
)

func TestAnAccountIsThrottled(t *testing.T) {
	w := newWorld(t)
	id, _, _ := twoDeployments(w)
	d := mustOpen(w, id, "prod")
	for range accountBurst - 1 {
		if !d.pace.take(w.clock.Now()) {
			t.Fatal("throttled before the burst is over")
		}
	}
	wantAnswer(t, w.ask(id, "GET", "/prod", ""), 200, "first blue L ")
	got := w.ask(id, "GET", "/prod", "")
	wantHeader(t, got, "x-amzn-ErrorType", "TooManyRequestsException")
	wantAnswer(t, got, 429, `{"message":"Too Many Requests"}`)

	// Another API of the account has no throttle of its own, another region has.
	other, _, _ := twoDeployments(w)
	wantAnswer(t, w.ask(other, "GET", "/prod", ""), 429, `{"message":"Too Many Requests"}`)
	w.call.Region = "eu-west-1"
	elsewhere, _, _ := twoDeployments(w)
	wantAnswer(t, w.ask(elsewhere, "GET", "/prod", ""), 200, "first blue L ")

	// Ten calls fit into a millisecond.
	w.clock.Advance(time.Millisecond)
	for range 10 {
		wantAnswer(t, w.ask(id, "GET", "/prod", ""), 200, "first blue L ")
	}
	wantAnswer(t, w.ask(id, "GET", "/prod", ""), 429, `{"message":"Too Many Requests"}`)

	// The API words it.
	w.call.Region = "us-east-1"
	do(w, w.PutGatewayResponse, agw.PutGatewayResponseRequest{RestApiId: id, ResponseType: "THROTTLED", StatusCode: new("503"), ResponseTemplates: map[string]string{"application/json": "later"}})
	w.deploy(id, "prod")
	wantAnswer(t, w.ask(id, "GET", "/prod", ""), 503, "later")
}

func TestThePaceOfAnAccountMayBeSwitchedOff(t *testing.T) {
	w := newWorld(t)
	w.unthrottled = true
	id, _, _ := twoDeployments(w)
	d := mustOpen(w, id, "prod")
	for range 2 * accountBurst {
		if !d.pace.take(w.clock.Now()) {
			t.Fatal("throttled")
		}
	}
}

func TestGetAccountShowsTheThrottle(t *testing.T) {
	w := newWorld(t)
	if got := asJSON(do(w, w.GetAccount, agw.GetAccountRequest{}).ThrottleSettings); got != `{"BurstLimit":5000,"RateLimit":10000}` {
		t.Errorf("throttleSettings = %s", got)
	}
}

func BenchmarkPace(b *testing.B) {
	var p pace
	now := time.Now()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			p.take(now)
		}
	})
}
