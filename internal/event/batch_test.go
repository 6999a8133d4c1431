package event

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"cloudless/internal/awserr"
)

// TestBatches tells when the function is called, and with what.
func TestBatches(t *testing.T) {
	throttled := &awserr.Error{Code: "TooManyRequestsException", Status: 429, Message: "Rate Exceeded."}
	for _, tt := range []struct {
		name   string
		m      func(*Mapping)
		took   time.Duration
		answer func(call) (Result, error)
		put    func(*fakeSource)
		want   string
	}{
		{name: "what is there goes at once", put: puts("abc"), want: "0s [1 2 3]"},
		{name: "a batch is no larger than its size", m: func(m *Mapping) { m.BatchSize = 2 }, put: puts("abcde"),
			want: "0s [1 2]\n0s [3 4]\n0s [5]"},
		{name: "a batching window waits for more", m: func(m *Mapping) { m.MaximumBatchingWindow = 5 * time.Second },
			put: func(s *fakeSource) { puts("a")(s); time.Sleep(2 * time.Second); puts("b")(s) }, want: "5s [1 2]"},
		{name: "a full batch does not wait", m: func(m *Mapping) { m.MaximumBatchingWindow, m.BatchSize = 5*time.Second, 2 },
			put: puts("abc"), want: "0s [1 2]\n5s [3]"},
		{name: "the next window opens when the batch before has ended", m: func(m *Mapping) { m.MaximumBatchingWindow = 5 * time.Second },
			took: 4 * time.Second, put: func(s *fakeSource) { puts("a")(s); time.Sleep(6 * time.Second); puts("b")(s) }, want: "5s [1]\n14s [2]"},
		{name: "records wait while the function works", took: 3 * time.Second,
			put: func(s *fakeSource) { puts("a")(s); time.Sleep(time.Second); puts("bc")(s) }, want: "0s [1]\n3s [2 3]"},
		{name: "keys go side by side, each in order", m: func(m *Mapping) { m.ParallelizationFactor, m.BatchSize = 10, 1 }, took: time.Second,
			put: puts("aa"), want: "0s [1]\n1s [2]"},
		{name: "filters", m: func(m *Mapping) { m.Filters = []string{`{"key": ["b"]}`, `{"n": [{"numeric": [">", 3]}]}`} }, put: puts("abac"),
			want: "0s [2 4]"},
		{name: "failures are tried again, later and later", answer: failing(2), put: puts("ab"),
			want: "0s [1 2]\n500ms [1 2]\n1.5s [1 2]"},
		{name: "attempts end", m: func(m *Mapping) { m.MaximumRetryAttempts = 1 }, answer: failing(9), put: puts("ab"),
			want: "0s [1 2]\n500ms [1 2]"},
		{name: "no attempt more than one", m: func(m *Mapping) { m.MaximumRetryAttempts = 0 }, answer: failing(9), put: puts("ab"),
			want: "0s [1 2]"},
		{name: "ages end attempts", m: func(m *Mapping) { m.MaximumRecordAge = 60 * time.Second }, answer: failing(99), put: puts("a"),
			want: "0s [1]\n500ms [1]\n1.5s [1]\n3.5s [1]\n7.5s [1]\n15.5s [1]\n31.5s [1]"},
		{name: "refusals are no attempts", m: func(m *Mapping) { m.MaximumRetryAttempts = 0 }, put: puts("a"),
			answer: sequence(Result{}, throttled, Result{}, throttled, failed(), nil), want: "0s [1]\n500ms [1]\n1.5s [1]"},
		{name: "halves", m: func(m *Mapping) { m.BisectBatchOnFunctionError, m.MaximumRetryAttempts = true, 1 }, put: puts("abcde"),
			answer: poison(4), want: "0s [1 2 3 4 5]\n0s [1 2 3]\n0s [4 5]\n0s [4]\n500ms [4]\n500ms [5]"},
		{name: "halves of halves", m: func(m *Mapping) { m.BisectBatchOnFunctionError, m.MaximumRetryAttempts = true, 0 }, put: puts("abcd"),
			answer: poison(1, 2), want: "0s [1 2 3 4]\n0s [1 2]\n0s [1]\n0s [2]\n0s [3 4]"},
		{name: "reports", m: func(m *Mapping) { m.ReportBatchItemFailures, m.MaximumRetryAttempts = true, 3 }, put: puts("abc"),
			answer: reporting("3"), want: "0s [1 2 3]\n500ms [3]\n1.5s [3]\n3.5s [3]"},
		{name: "the first that is reported counts", m: func(m *Mapping) { m.ReportBatchItemFailures, m.MaximumRetryAttempts = true, 1 }, put: puts("abc"),
			answer: reporting("3", "2"), want: "0s [1 2 3]\n500ms [2 3]"},
		{name: "reports that nobody asked for", put: puts("abc"), answer: reporting("3"), want: "0s [1 2 3]"},
		{name: "reports of strangers fail all", m: func(m *Mapping) { m.ReportBatchItemFailures, m.MaximumRetryAttempts = true, 1 }, put: puts("abc"),
			answer: reporting("3", "9"), want: "0s [1 2 3]\n500ms [1 2 3]"},
		{name: "reports say where to split", m: func(m *Mapping) {
			m.ReportBatchItemFailures, m.BisectBatchOnFunctionError, m.MaximumRetryAttempts = true, true, 0
		}, put: puts("abcd"), answer: reporting("3"), want: "0s [1 2 3 4]\n0s [3 4]"},
		{name: "what was read of others goes on", m: func(m *Mapping) { m.BatchSize, m.MaximumRetryAttempts = 1, 1 }, put: puts("abc"),
			answer: poison(2), want: "0s [1]\n0s [2]\n500ms [2]\n500ms [3]"},
		{name: "an empty source", put: func(*fakeSource) {}, want: ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := newRig(t, mapping(tt.m))
				r.source.addShard("s", "")
				if tt.answer != nil {
					r.lambda.answer = tt.answer
				}
				r.lambda.took = tt.took
				r.run()
				synctest.Wait()
				tt.put(r.source)
				time.Sleep(5 * time.Minute)
				r.stop()
				if got := r.lambda.seen(); got != tt.want {
					t.Errorf("calls:\n%s\nwant:\n%s", got, tt.want)
				}
			})
		})
	}
}

// puts adds a record for each letter, which is its key.
func puts(keys string) func(*fakeSource) {
	return func(s *fakeSource) {
		for _, k := range keys {
			s.mu.Lock()
			waiting := s.data["s"].waiting
			s.data["s"].waiting = nil // told of them all at once
			s.mu.Unlock()
			s.put("s", string(k))
			s.mu.Lock()
			s.data["s"].waiting = waiting
			s.mu.Unlock()
		}
		s.mu.Lock()
		s.data["s"].wake()
		s.mu.Unlock()
		synctest.Wait()
	}
}

func failing(times int) func(call) (Result, error) {
	return func(call) (Result, error) {
		if times--; times >= 0 {
			return failed(), nil
		}
		return Result{}, nil
	}
}

// sequence answers results and errors in turn, then nothing.
func sequence(pairs ...any) func(call) (Result, error) {
	return func(call) (Result, error) {
		if len(pairs) == 0 {
			return Result{}, nil
		}
		r := pairs[0].(Result)
		err, _ := pairs[1].(error)
		pairs = pairs[2:]
		return r, err
	}
}

// poison fails batches that have one of the records.
func poison(records ...int) func(call) (Result, error) {
	return func(c call) (Result, error) {
		if slices.ContainsFunc(records, func(n int) bool { return slices.Contains(c.records, n) }) {
			return failed(), nil
		}
		return Result{}, nil
	}
}

func reporting(ids ...string) func(call) (Result, error) {
	text := `{"batchItemFailures":[{"itemIdentifier":"` + strings.Join(ids, `"},{"itemIdentifier":"`) + `"}]}`
	return func(call) (Result, error) { return answered(text), nil }
}

func TestJudge(t *testing.T) {
	entries := []*entry{{Record: Record{SequenceNumber: "111"}}, {Record: Record{SequenceNumber: "222"}}}
	all := verdict{ok: true, done: 2}
	none := verdict{}
	for _, tt := range []struct {
		name, answer string
		want         verdict
	}{
		{"null", `null`, all},
		{"nothing", ``, all},
		{"an empty string", `""`, all},
		{"an empty object", `{}`, all},
		{"no failures", `{"batchItemFailures": []}`, all},
		{"null failures", `{"batchItemFailures": null}`, all},
		{"something else", `{"statusCode": 200}`, all},
		{"the name in another case", `{"BatchItemFailures": [{"itemIdentifier": "222"}]}`, all},
		{"a failure", `{"batchItemFailures": [{"itemIdentifier": "222"}]}`, verdict{done: 1, report: true}},
		{"a failure of the first", `{"batchItemFailures": [{"itemIdentifier": "111"}]}`, verdict{report: true}},
		{"failures in another order", `{"batchItemFailures": [{"itemIdentifier": "222"}, {"itemIdentifier": "111"}]}`, verdict{report: true}},
		{"a number", `{"batchItemFailures": [{"itemIdentifier": 222}]}`, verdict{done: 1, report: true}},
		{"an empty identifier", `{"batchItemFailures": [{"itemIdentifier": ""}]}`, none},
		{"a null identifier", `{"batchItemFailures": [{"itemIdentifier": null}]}`, none},
		{"no identifier", `{"batchItemFailures": [{"foo": "222"}]}`, none},
		{"a foreign member that is null", `{"batchItemFailures": [{"foo": null}]}`, none},
		{"the identifier in another case", `{"batchItemFailures": [{"ItemIdentifier": "222"}]}`, none},
		{"an unknown identifier", `{"batchItemFailures": [{"itemIdentifier": "333"}]}`, none},
		{"one known, one not", `{"batchItemFailures": [{"itemIdentifier": "222"}, {"itemIdentifier": "333"}]}`, none},
		{"failures that are no list", `{"batchItemFailures": "222"}`, none},
		{"items that are no objects", `{"batchItemFailures": ["222"]}`, none},
		{"an answer that is no object", `["222"]`, none},
	} {
		got := judge(answered(tt.answer), entries, true, false)
		if got.ok != tt.want.ok || got.done != tt.want.done || got.report != tt.want.report {
			t.Errorf("%s: judge(%s) = %+v, want %+v", tt.name, tt.answer, got, tt.want)
		}
	}
	if got := judge(failed(), entries, true, false); got.ok || got.done != 0 {
		t.Errorf("judge of a function that failed = %+v", got)
	}
}

// FuzzJudge looks for answers that make the reader panic, or point outside of
// the batch.
func FuzzJudge(f *testing.F) {
	f.Add([]byte(`{"batchItemFailures": [{"itemIdentifier": "222"}], "state": {"a": 1}}`), true, true)
	f.Add([]byte(`{"state": null}`), false, true)
	f.Fuzz(func(t *testing.T, answer []byte, reports, windowed bool) {
		entries := []*entry{{Record: Record{SequenceNumber: "111"}}, {Record: Record{SequenceNumber: "222"}}}
		v := judge(Result{Payload: answer}, entries, reports, windowed)
		if v.done < 0 || v.done > len(entries) || v.ok && v.done != len(entries) || v.ok && windowed && v.state == nil {
			t.Errorf("judge(%q) = %+v", answer, v)
		}
	})
}

func TestFailuresAreReported(t *testing.T) {
	for _, tt := range []struct {
		name   string
		m      func(*Mapping)
		answer func(call) (Result, error)
		want   string
	}{
		{"attempts are exhausted", func(m *Mapping) { m.MaximumRetryAttempts = 1 }, failing(9),
			`{"requestContext":{"requestId":"ID","functionArn":"arn:aws:lambda:us-east-1:000000000000:function:f","condition":"RetryAttemptsExhausted","approximateInvokeCount":2},` +
				`"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},"version":"1.0","timestamp":"2000-01-01T00:00:00.500Z",` +
				`"DDBStreamBatchInfo":{"shardId":"s","startSequenceNumber":"1","endSequenceNumber":"2","approximateArrivalOfFirstRecord":"2000-01-01T00:00:00Z",` +
				`"approximateArrivalOfLastRecord":"2000-01-01T00:00:00Z","batchSize":2,"streamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-01-01T00:00:00.000"}}`},
		{"the function reports", func(m *Mapping) { m.MaximumRetryAttempts, m.ReportBatchItemFailures = 0, true }, reporting("2"),
			`{"requestContext":{"requestId":"ID","functionArn":"arn:aws:lambda:us-east-1:000000000000:function:f","condition":"RetryAttemptsExhausted","approximateInvokeCount":1},` +
				`"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":null},"version":"1.0","timestamp":"2000-01-01T00:00:00.000Z",` +
				`"DDBStreamBatchInfo":{"shardId":"s","startSequenceNumber":"2","endSequenceNumber":"2","approximateArrivalOfFirstRecord":"2000-01-01T00:00:00Z",` +
				`"approximateArrivalOfLastRecord":"2000-01-01T00:00:00Z","batchSize":1,"streamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-01-01T00:00:00.000"}}`},
		{"records are too old", func(m *Mapping) { m.MaximumRecordAge = time.Second }, failing(9),
			`{"requestContext":{"requestId":"ID","functionArn":"arn:aws:lambda:us-east-1:000000000000:function:f","condition":"RecordAgeExceeded","approximateInvokeCount":2},` +
				`"version":"1.0","timestamp":"2000-01-01T00:00:01.500Z",` +
				`"DDBStreamBatchInfo":{"shardId":"s","startSequenceNumber":"1","endSequenceNumber":"2","approximateArrivalOfFirstRecord":"2000-01-01T00:00:00Z",` +
				`"approximateArrivalOfLastRecord":"2000-01-01T00:00:00Z","batchSize":2,"streamArn":"arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026-01-01T00:00:00.000"}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				m := mapping(tt.m)
				m.OnFailure = "arn:aws:sqs:us-east-1:000000000000:q"
				r := newRig(t, m)
				r.source.addShard("s", "")
				r.lambda.answer = tt.answer
				r.run()
				puts("ab")(r.source)
				time.Sleep(time.Minute)
				r.stop()
				if len(r.lambda.sent) != 1 {
					t.Fatalf("%d failures were sent, want one: %s", len(r.lambda.sent), r.lambda.sent)
				}
				got := r.lambda.sent[0]
				_, id, _ := strings.Cut(got, `"requestId":"`)
				if got = strings.Replace(got, id[:36], "ID", 1); got != tt.want {
					t.Errorf("sent\n%s\nwant\n%s", got, tt.want)
				}
			})
		})
	}
}

// TestADestinationThatFailsIsTriedAgain and the checkpoint waits for it.
func TestADestinationThatFailsIsTriedAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, mapping(func(m *Mapping) { m.MaximumRetryAttempts, m.OnFailure = 0, "arn:aws:s3:::b" }))
		r.source.addShard("s", "")
		r.lambda.answer = failing(99)
		r.lambda.refuse = errors.New("no bucket")
		r.run()
		puts("a")(r.source)
		time.Sleep(700 * time.Millisecond)
		r.stop() // in the midst of its attempts

		r.lambda.refuse = nil
		r.run()
		time.Sleep(time.Minute)
		r.stop()
		if got, want := r.lambda.seen(), "0s [1]\n700ms [1]"; got != want || len(r.lambda.sent) != 1 {
			t.Errorf("calls:\n%s\nwant:\n%s\nand %d failures sent, want one", got, want, len(r.lambda.sent))
		}
	})
}
