package apigateway

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	agw "cloudless/internal/api/apigateway"
)

// metricLines writes what was counted, a line for each kind of calls: stage,
// method and resource, then the counts and the times.
func metricLines(w *world) string {
	w.t.Helper()
	all, err := w.Metrics(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	var b strings.Builder
	for _, m := range all {
		fmt.Fprintf(&b, "%s %s|%s|%s: %d calls, %d and %d errors, %d of %d cached, %v, %v\n", m.APIName, m.Stage, m.Method, m.Resource,
			m.Count, m.ClientErrors, m.ServerErrors, m.CacheHitCount, m.CacheHitCount+m.CacheMissCount, m.Latency, m.IntegrationLatency)
	}
	return b.String()
}

func wantMetrics(w *world, want ...string) {
	w.t.Helper()
	if got := metricLines(w); got != strings.Join(want, "\n")+"\n" {
		w.t.Errorf("counted:\n%swant:\n%s\n", got, strings.Join(want, "\n"))
	}
}

func TestCallsAreCounted(t *testing.T) {
	w := newWorld(t)
	id, _ := cachingAPI(w)
	w.invoker.answer = func(context.Context, []byte) (Answer, error) {
		w.clock.Advance(20 * time.Millisecond)
		return Answer{Payload: []byte(`{"body":"b"}`)}, nil
	}
	w.call.Start = w.clock.Now().Add(-5 * time.Millisecond)
	w.ask(id, "GET", "/prod/pets/1", "")
	w.call.Start = w.clock.Now().Add(-5 * time.Millisecond)
	w.ask(id, "GET", "/prod/pets/1", "")
	w.ask(id, "GET", "/prod/nosuch", "")
	w.ask(id, "GET", "/nostage", "")
	wantMetrics(w, "api prod||: 3 calls, 1 and 0 errors, 1 of 2 cached, {3 35 5 25}, {1 20 20 20}")

	// The answer of a backend counts as the client gets it.
	w.invoker.answer = func(context.Context, []byte) (Answer, error) { return Answer{}, errors.New("down") }
	patchStage(w, id, op("replace", "/~1any/GET/metrics/enabled", "true"), op("replace", "/~1any/GET/caching/enabled", "false"))
	w.call.Start = w.clock.Now()
	w.ask(id, "GET", "/prod/any", "")
	w.ask(id, "POST", "/prod/any", "")
	wantMetrics(w, "api prod||: 5 calls, 1 and 2 errors, 1 of 2 cached, {5 35 0 25}, {1 20 20 20}",
		"api prod|ANY|/any: 1 calls, 0 and 1 errors, 0 of 0 cached, {1 0 0 0}, {0 0 0 0}")
}

func TestAMethodIsCountedByItselfWhereThatIsEnabled(t *testing.T) {
	w := newWorld(t)
	id, _, second := twoDeployments(w)
	w.call.Start = w.clock.Now()
	patchStage(w, id, op("replace", "/*/*/metrics/enabled", "true"))
	w.ask(id, "GET", "/prod", "")
	wantMetrics(w, "api prod||: 1 calls, 0 and 0 errors, 0 of 0 cached, {1 0 0 0}, {0 0 0 0}",
		"api prod|GET|/: 1 calls, 0 and 0 errors, 0 of 0 cached, {1 0 0 0}, {0 0 0 0}")

	// The calls of a canary are the stage's, and counted once more by themselves.
	patchStage(w, id, op("replace", "/canarySettings/deploymentId", second), op("replace", "/canarySettings/percentTraffic", "100"))
	w.ask(id, "GET", "/prod", "")
	wantMetrics(w, "api prod||: 2 calls, 0 and 0 errors, 0 of 0 cached, {2 0 0 0}, {0 0 0 0}",
		"api prod|GET|/: 2 calls, 0 and 0 errors, 0 of 0 cached, {2 0 0 0}, {0 0 0 0}",
		"api prod/Canary||: 1 calls, 0 and 0 errors, 0 of 0 cached, {1 0 0 0}, {0 0 0 0}",
		"api prod/Canary|GET|/: 1 calls, 0 and 0 errors, 0 of 0 cached, {1 0 0 0}, {0 0 0 0}")
	do(w, w.UpdateRestApi, agw.UpdateRestApiRequest{RestApiId: id, PatchOperations: replace("/name", "renamed")})
	if got := metricLines(w); !strings.HasPrefix(got, "renamed prod||: 2 calls") {
		t.Errorf("counted: %s", got)
	}
	do(w, w.DeleteStage, agw.DeleteStageRequest{RestApiId: id, StageName: "prod"})
	if got := metricLines(w); got != "" {
		t.Errorf("of a stage that was deleted: %s", got)
	}
}

func TestNoMoreKindsOfCallsAreCountedThanThereIsRoomFor(t *testing.T) {
	var m metrics
	for i := range maxSeries {
		m.of(seriesName{apiID: fmt.Sprint(i), method: "GET"})
	}
	if len(m.series) != maxSeries/2 {
		t.Errorf("%d kinds of methods are counted, want %d", len(m.series), maxSeries/2)
	}
	for i := range maxSeries {
		m.of(seriesName{apiID: fmt.Sprint(i)})
	}
	if len(m.series) != maxSeries {
		t.Errorf("%d kinds are counted, want %d", len(m.series), maxSeries)
	}
	m.of(seriesName{apiID: "one more"}).count(nil) // and nothing breaks
	if m.of(seriesName{apiID: "0"}) == nil {
		t.Error("what is counted already is not found")
	}
}
