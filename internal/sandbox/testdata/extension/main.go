// Command extension is an external extension as people write them: it registers,
// prints what it is told, and does what its name says when it is told something.
package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

var base = "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2020-01-01/extension/"

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

// call returns the identifier and the body of what is answered.
func call(method, path, body string, headers ...string) (id, said string) {
	req, err := http.NewRequest(method, base+path, strings.NewReader(body))
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
