package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// runBehaviour is a custom runtime: it asks for events and answers them with
// what a behaviour makes of them.
func runBehaviour(name string) {
	base := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/"
	act, ok := behaviours[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "there is no behaviour %q\n", name)
		os.Exit(3)
	}
	for {
		resp, err := http.Get(base + "invocation/next")
		if err != nil {
			os.Exit(4)
		}
		payload, err := io.ReadAll(resp.Body)
		if err != nil {
			os.Exit(4)
		}
		id := resp.Header.Get("Lambda-Runtime-Aws-Request-Id")
		answer := act(string(payload))
		post(base+"invocation/"+id+"/response", []byte(answer))
	}
}

func post(url string, body []byte) (status int) {
	resp, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// behaviours are what functions of these tests do with an event.
var behaviours = map[string]func(payload string) string{
	"echo": func(p string) string { return p },
	"sleep": func(p string) string {
		d, _ := time.ParseDuration(p[1 : len(p)-1])
		time.Sleep(d)
		return p
	},
}
