// Command misbehave is a custom runtime with a function that does what it is told
// to, and should not do.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

var api = "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/"

func main() {
	if len(os.Args) > 1 { // one of many
		_ = bomb()
		time.Sleep(time.Hour)
	}
	for {
		resp, err := http.Get(api + "invocation/next")
		if err != nil {
			os.Exit(1)
		}
		var event string
		err = json.NewDecoder(resp.Body).Decode(&event)
		resp.Body.Close()
		id := "invocation/" + resp.Header.Get("Lambda-Runtime-Aws-Request-Id")
		if err != nil {
			post(id+"/error", []byte(`{"errorMessage":"no event","errorType":"Event"}`))
			continue
		}
		answer, err := misbehave(event, id)
		if err != nil {
			body, _ := json.Marshal(map[string]string{"errorMessage": err.Error(), "errorType": "Go"}) // two strings
			post(id+"/error", body)
			continue
		}
		body, _ := json.Marshal(answer) // a string
		post(id+"/response", body)
	}
}

func misbehave(event, id string) (answer string, err error) {
	switch event {
	case "crash":
		panic("crash")
	case "exit":
		os.Exit(3)
	case "hang":
		for start := time.Now(); time.Since(start) < time.Hour; {
		}
	case "forks":
		return "", bomb()
	case "memory":
		for all := [][]byte{}; ; {
			all = append(all, bytes.Repeat([]byte{1}, 8<<20))
		}
	case "disk":
		return "", fill()
	case "print":
		line := []byte(strings.Repeat("0123456789abcde ", 1024)[1:] + "\n")
		for written := 0; written < 100e6; written += len(line) {
			_, _ = os.Stdout.Write(line)
		}
		return "printed", nil
	case "close":
		return "closed", errors.Join(syscall.Close(0), syscall.Close(1), syscall.Close(2))
	case "twice":
		post(id+"/response", []byte(`"first"`))
		post(id+"/response", []byte(`"second"`))
		return "third", nil
	case "garbage":
		post(id+"/response", []byte(`{"no json`))
		return "too late", nil
	case "rubbish":
		return "still here", rubbish()
	}
	return "well", nil
}

// bomb starts as many processes that do the same as it can.
func bomb() error {
	self, err := os.Executable()
	for err == nil {
		err = exec.Command(self, "bomb").Start()
	}
	return err
}

func fill() error {
	f, err := os.Create("/tmp/full")
	for block := make([]byte, 8<<20); err == nil; {
		_, err = f.Write(block)
	}
	return err
}

func rubbish() error {
	for _, data := range []string{"\x00\xff\n\n", "POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n", strings.Repeat("a", 1<<20)} {
		c, err := net.Dial("tcp", os.Getenv("AWS_LAMBDA_RUNTIME_API"))
		if err != nil {
			return err
		}
		_, _ = io.WriteString(c, data)
		c.Close()
	}
	return nil
}

func post(path string, body []byte) {
	resp, err := http.Post(api+path, "application/json", bytes.NewReader(body))
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()
}
