// Command extension is an external extension as people write them: it registers,
// prints what it is told, and does what its name says when it is told something.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

var (
	root = "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API")
	base = root + "/2020-01-01/extension/"
)

func main() {
	name := filepath.Base(os.Args[0])
	events := `["INVOKE","SHUTDOWN"]`
	if name == "invoked" {
		events = `["INVOKE"]`
	}
	if name == "mute" {
		os.Exit(3)
	}
	id, said := call("POST", "register", `{"events":`+events+`}`, "Lambda-Extension-Name", name)
	fmt.Println(name, "registered", said, os.Getenv("_HANDLER") == "", os.Getenv("AWS_ACCESS_KEY_ID"))
	if name == "refuser" {
		call("POST", "init/error", "", "Lambda-Extension-Identifier", id, "Lambda-Extension-Function-Error-Type", "Extension.NoReason")
		os.Exit(1)
	}
	if api, asked := subscriptions[name]; asked {
		listen(name)
		_, said := call("PUT", root+api.path, api.body, "Lambda-Extension-Identifier", id)
		fmt.Println(name, "subscribed", said)
	}
	for {
		_, event := call("GET", "event/next", "", "Lambda-Extension-Identifier", id)
		fmt.Println(name, event)
		switch {
		case strings.Contains(event, "SHUTDOWN") && name == "stubborn":
			time.Sleep(time.Hour)
		case strings.Contains(event, "SHUTDOWN"):
			return
		case name == "crasher":
			os.Exit(3)
		case name == "slow":
			time.Sleep(300 * time.Millisecond)
			fmt.Println(name, "is done")
		}
	}
}

// subscriptions are those of the extensions that have one.
var subscriptions = map[string]struct{ path, body string }{
	"telemetry": {"/2022-07-01/telemetry", `{"schemaVersion":"2022-07-01","types":["platform","function"],"buffering":{"timeoutMs":25},
		"destination":{"protocol":"HTTP","URI":"http://sandbox.localdomain:8080/here?a=b"}}`},
	"liner": {"/2020-08-15/logs", `{"schemaVersion":"2021-03-18","types":["platform","function","extension"],"buffering":{"timeoutMs":25},
		"destination":{"protocol":"TCP","port":8081}}`},
	"later": {"/2022-07-01/telemetry", `{"schemaVersion":"2022-07-01","types":["platform"],
		"destination":{"protocol":"HTTP","URI":"http://sandbox.localdomain:8082"}}`},
}

// listen prints what is sent, one event a line, so that the log has it.
func listen(name string) {
	if name == "liner" {
		l, err := net.Listen("tcp", "sandbox.localdomain:8081")
		if err != nil {
			panic(err)
		}
		go func() {
			conn, err := l.Accept()
			if err != nil {
				panic(err)
			}
			lines := bufio.NewScanner(conn)
			lines.Buffer(nil, 1<<20)
			for lines.Scan() {
				if !strings.Contains(lines.Text(), "liner is told") { // what it prints comes back
					fmt.Println("liner is told", lines.Text())
				}
			}
		}()
		return
	}
	l, err := net.Listen("tcp", map[string]string{"telemetry": "sandbox.localdomain:8080", "later": "127.0.0.1:8082"}[name])
	if err != nil {
		panic(err)
	}
	refusals := 2 // that are made good later
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var events []json.RawMessage
		err := json.NewDecoder(r.Body).Decode(&events)
		if refusals--; refusals >= 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		for _, e := range events {
			fmt.Println(name, "is told", r.Method, r.URL, err, string(e))
		}
	}))
}

// call returns the identifier and the body of what is answered.
func call(method, path, body string, headers ...string) (id, said string) {
	if !strings.HasPrefix(path, root) {
		path = base + path
	}
	req, err := http.NewRequest(method, path, strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		panic(err)
	}
	return resp.Header.Get("Lambda-Extension-Identifier"), string(data)
}
