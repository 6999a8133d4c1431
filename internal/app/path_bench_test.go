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

// pathCall is one request of the benchmarks.
type pathCall struct{ name, operation, body string }

func pathCalls() []pathCall {
	value := strings.Repeat("v", 200-len("pk")-len("item-00000001")-len("value"))
	key := `{"pk":{"S":"item-00000001"}}`
	return []pathCall{
		{"PutItem", "PutItem", `{"TableName":"bench","Item":{"pk":{"S":"item-00000001"},"value":{"S":"` + value + `"}}}`},
		{"GetItem", "GetItem", `{"TableName":"bench","Key":` + key + `}`},
		{"Query", "Query", `{"TableName":"bench","KeyConditionExpression":"pk = :p","ExpressionAttributeValues":{":p":{"S":"item-00000001"}}}`},
	}
}

func BenchmarkPath(b *testing.B) {
	a, err := Start(b.Context(), Config{DataDir: b.TempDir(), Listen: []string{"127.0.0.1:0"}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(a.Stop)
	makePathTable(b, a)
	for _, call := range pathCalls() {
		request := signedBytes(b, a.URL, call.operation, call.body)
		if call.operation == "PutItem" {
			sendRaw(b, a.URL, request)
		}
		for _, connections := range []int{1, 32} {
			b.Run(fmt.Sprintf("%s/connections=%d", call.name, connections), func(b *testing.B) {
				benchmarkPath(b, a.URL, request, connections)
			})
		}
	}
}

// benchmarkPath sends request over so many connections, to the server and in
// turn to a bare one.
func benchmarkPath(b *testing.B, url string, request []byte, connections int) {
	answer := sendRaw(b, url, request)
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_, _ = w.Write(bytes.Repeat([]byte("x"), answer))
	}))
	defer bare.Close()
	const rounds = 10
	var oursTook, bareTook time.Duration
	b.ReportAllocs()
	b.ResetTimer()
	for round := range rounds {
		n := b.N*(round+1)/rounds - b.N*round/rounds
		b.StartTimer()
		oursTook += sendMany(b, url, request, connections, n)
		b.StopTimer()
		bareTook += sendMany(b, bare.URL, request, connections, n)
	}
	b.ReportMetric(float64(oursTook)/float64(bareTook), "x-bare")
}

// sendMany sends the request n times over so many connections, and returns how
// long that took.
func sendMany(b *testing.B, url string, request []byte, connections, n int) time.Duration {
	var left atomic.Int64
	left.Store(int64(n))
	var wg sync.WaitGroup
	start := time.Now()
	for range connections {
		wg.Go(func() {
			conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
			if err != nil {
				b.Error(err)
				return
			}
			defer conn.Close()
			in := bufio.NewReader(conn)
			for left.Add(-1) >= 0 {
				if _, err := exchange(conn, in, request); err != nil {
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
