package cli

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// zipFiles makes an archive: zip ARCHIVE FILE...
func zipFiles(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: zip ARCHIVE FILE...")
	}
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	w := zip.NewWriter(f)
	for _, name := range args[1:] {
		entry, err := w.Create(name)
		ts.Check(err)
		_, err = io.WriteString(entry, ts.ReadFile(name))
		ts.Check(err)
	}
	ts.Check(w.Close())
}

// anywhere is a client that reaches *.localhost as browsers and curl do: on
// the loopback, whatever the resolver says.
var anywhere = &http.Client{Transport: &http.Transport{
	DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		host, port, err := net.SplitHostPort(address)
		if err == nil && strings.HasSuffix(host, ".localhost") {
			address = net.JoinHostPort("127.0.0.1", port)
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	},
}}

// call calls a deployed API, or whatever has a URL, and prints status and
// body: http METHOD URL [BODY [HEADER...]], headers as "Name: value".
// "! http" wants a status of 400 or more.
func call(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: http METHOD URL [BODY [HEADER...]]")
	}
	body := ""
	if len(args) > 2 {
		body = args[2]
	}
	r, err := http.NewRequest(args[0], args[1], strings.NewReader(body))
	ts.Check(err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 3; i < len(args); i++ {
		name, value, _ := strings.Cut(args[i], ": ")
		r.Header.Set(name, value)
	}
	resp, err := anywhere.Do(r)
	ts.Check(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	ts.Check(err)
	_, err = fmt.Fprintf(ts.Stdout(), "%d %s %s\n", resp.StatusCode, resp.Header.Get("X-Amzn-ErrorType"), text)
	ts.Check(err)
	if failed := resp.StatusCode >= 400; failed != neg {
		ts.Fatalf("%s %s: %s: %s", args[0], args[1], resp.Status, text)
	}
}

// field sets an environment variable to a member of the JSON that the last
// command printed: field VARIABLE path.to.0.member
func field(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: field VARIABLE PATH")
	}
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &v))
	for step := range strings.SplitSeq(args[1], ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			var i int
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(x) {
				ts.Fatalf("no %s in a list of %d", step, len(x))
			}
			v = x[i]
		default:
			v = nil
		}
	}
	if v == nil {
		ts.Fatalf("%s is not in the answer", args[1])
	}
	ts.Setenv(args[0], fmt.Sprint(v))
}

// line sets an environment variable to the one line that the last command
// printed: line VARIABLE
func line(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: line VARIABLE")
	}
	text := strings.TrimSuffix(ts.ReadFile("stdout"), "\n")
	if text == "" || strings.Contains(text, "\n") {
		ts.Fatalf("the output is not one line: %q", text)
	}
	ts.Setenv(args[0], text)
}

// eventually repeats a command until its output has a text, for at most ten
// seconds: eventually TEXT COMMAND ARGUMENT...
func eventually(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: eventually TEXT COMMAND ARGUMENT...")
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		err := ts.Exec(args[1], args[2:]...)
		out := ts.ReadFile("stdout")
		if err == nil && strings.Contains(out, args[0]) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%q is not in the output: %v\n%s", args[0], err, out)
		}
		time.Sleep(100 * time.Millisecond)
	}
}
