package app

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"cloudless/internal/identity/sigv4"
)

// The benchmarks send signed requests through everything that stands between
// a socket and the store. Beside each runs a bare net/http server, which reads
// the same requests and answers as many bytes; "x-bare" is how many times
// longer ours takes. The client does next to nothing: it writes bytes that
// were made before, and finds the end of the answer.

// pathCall is one operation of the benchmarks. Each connection has an item of
// its own, and sends its bodies in turn: an item that is put as it is already
// is not written, so each PutItem brings another value than the one before it.
type pathCall struct {
	operation string
	bodies    func(connection int) []string
}

func pathCalls() []pathCall {
	return []pathCall{
		{"PutItem", func(connection int) []string { return []string{putBody(connection, "v"), putBody(connection, "w")} }},
		{"GetItem", func(connection int) []string {
			return []string{`{"TableName":"bench","Key":{"pk":{"S":"` + pathKey(connection) + `"}}}`}
		}},
		{"Query", func(connection int) []string {
			return []string{`{"TableName":"bench","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"` + pathKey(connection) + `"}}}`}
		}},
	}
}

func pathKey(connection int) string { return fmt.Sprintf("item-%08d", connection) }

// putBody puts an item of 200 bytes whose value is a letter, repeated.
func putBody(connection int, letter string) string {
	key := pathKey(connection)
	value := strings.Repeat(letter, 200-len("pk")-len(key)-len("value"))
	return `{"TableName":"bench","Item":{"pk":{"S":"` + key + `"},"value":{"S":"` + value + `"}}}`
}

// lane is the requests of one connection, as they go over the wire.
type lane struct {
	requests [][]byte
	turn     int // how many were sent
}

func (l *lane) next() []byte {
	l.turn++
	return l.requests[l.turn%len(l.requests)]
}

// lanes signs the requests of so many connections.
func lanes(b *testing.B, url string, call pathCall, connections int) []*lane {
	all := make([]*lane, connections)
	for i := range all {
		all[i] = &lane{}
		for _, body := range call.bodies(i) {
			all[i].requests = append(all[i].requests, signedBytes(b, url, call.operation, body))
		}
	}
	return all
}

func BenchmarkPath(b *testing.B) {
	a, err := Start(b.Context(), Config{DataDir: b.TempDir(), Listen: []string{"127.0.0.1:0"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(a.Stop)
	makePathTable(b, a)
	for i := range 32 {
		sendRaw(b, a.URL, signedBytes(b, a.URL, "PutItem", putBody(i, "v")))
	}
	for _, call := range pathCalls() {
		for _, connections := range []int{1, 32} {
			b.Run(fmt.Sprintf("%s/connections=%d", call.operation, connections), func(b *testing.B) {
				benchmarkPath(b, a.URL, lanes(b, a.URL, call, connections))
			})
		}
	}
}

// benchmarkPath sends the requests of each lane over a connection, to the
// server and in turn to a bare one.
func benchmarkPath(b *testing.B, url string, lanes []*lane) {
	answer := sendRaw(b, url, lanes[0].next())
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_, _ = w.Write(bytes.Repeat([]byte("x"), answer))
	}))
	defer bare.Close()
	bareLanes := make([]*lane, len(lanes)) // of their own, lest ours be put out of turn
	for i, l := range lanes {
		bareLanes[i] = &lane{requests: l.requests}
	}
	const rounds = 10
	var oursTook, bareTook time.Duration
	b.ReportAllocs()
	b.ResetTimer()
	for round := range rounds {
		n := b.N*(round+1)/rounds - b.N*round/rounds
		b.StartTimer()
		oursTook += sendMany(b, url, lanes, n)
		b.StopTimer()
		bareTook += sendMany(b, bare.URL, bareLanes, n)
	}
	b.ReportMetric(float64(oursTook)/float64(bareTook), "x-bare")
}

// sendMany sends n requests, over a connection for each lane, and returns how
// long that took.
func sendMany(b *testing.B, url string, lanes []*lane, n int) time.Duration {
	var left atomic.Int64
	left.Store(int64(n))
	var wg sync.WaitGroup
	start := time.Now()
	for _, l := range lanes {
		wg.Go(func() {
			conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			in := bufio.NewReader(conn)
			for left.Add(-1) >= 0 {
				if _, err := exchange(conn, in, l.next()); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}

// exchange sends a request and reads its answer, of which it returns the
// length of the body.
func exchange(conn net.Conn, in *bufio.Reader, request []byte) (int, error) {
	if _, err := conn.Write(request); err != nil {
		return 0, err
	}
	length, first := -1, true
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if first && !bytes.Contains(line, []byte(" 200 ")) {
			rest := make([]byte, 1000)
			n, _ := in.Read(rest)
			return 0, fmt.Errorf("answer: %s%s", line, rest[:n])
		}
		first = false
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, err
			}
		}
		if len(line) == len("\r\n") {
			break
		}
	}
	_, err := in.Discard(length)
	return length, err
}

func sendRaw(b *testing.B, url string, request []byte) int {
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	n, err := exchange(conn, bufio.NewReader(conn), request)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// signedBytes returns a signed request as it goes over the wire.
func signedBytes(b *testing.B, url, operation, body string) []byte {
	return signedBy(b, sigv4.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, url, operation, body)
}

func signedBy(b *testing.B, c sigv4.Credentials, url, operation, body string) []byte {
	r, err := http.NewRequest("POST", url+"/", strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	service := "dynamodb"
	if action, isForm := strings.CutPrefix(operation, "form:"); isForm {
		service = action
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else {
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	}
	r.Header.Set("User-Agent", "bench")
	sigv4.Sign(r, c, sigv4.Scope{Region: "us-east-1", Service: service}, sigv4.HashPayload([]byte(body)), time.Now())
	var out bytes.Buffer
	if err := r.Write(&out); err != nil {
		b.Fatal(err)
	}
	return out.Bytes()
}

func makePathTable(b *testing.B, a *App) {
	sendRaw(b, a.URL, signedBytes(b, a.URL, "CreateTable", createPathTable))
}

const createPathTable = `{"TableName":"bench","BillingMode":"PAY_PER_REQUEST",
	"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}`
