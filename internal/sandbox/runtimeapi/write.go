package runtimeapi

import (
	"strconv"
	"strings"
)

// What is written on a connection: events, by whoever brings them, and answers.

// take implements asker: it writes the event.
func (c *connection) take(inv *Invocation) {
	data := append(c.head(inv), inv.Payload...)
	c.runtime.Expect()
	c.bring(data, c.last, func() { c.given <- struct{}{} })
}

// bring writes without waiting for the runtime: what it does not read yet is written later,
// until the connection ends. begins is called before the runtime can answer, so that nobody
// has to wait for who brings it.
func (c *connection) bring(data []byte, last bool, begins func()) {
	if !c.writing.TryLock() {
		go func() {
			c.writing.Lock()
			begins()
			c.finish(data, last)
		}()
		return
	}
	begins()
	if n := c.runtime.WriteNow(data); n < len(data) {
		go c.finish(data[n:], last)
		return
	}
	c.wrote(last)
}

func (c *connection) finish(data []byte, last bool) {
	_, _ = c.c.Write(data) // a runtime that went away is noticed by its owner
	c.wrote(last)
}

// wrote goes on when that is done.
func (c *connection) wrote(last bool) {
	if last {
		_ = c.c.Close() // as whoever reads it expects; who serves the connection drops it
	}
	c.writing.Unlock()
}

// head is what an event begins with.
func (c *connection) head(inv *Invocation) []byte {
	b := make([]byte, 0, 512+len(inv.Payload))
	b = append(b, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Deadline-Ms: "...)
	b = strconv.AppendInt(b, inv.Deadline.UnixMilli(), 10)
	b = append(b, "\r\nContent-Length: "...)
	b = strconv.AppendInt(b, int64(len(inv.Payload)), 10)
	b = appendHeader(b, "\r\nLambda-Runtime-Aws-Request-Id: ", inv.RequestID)
	b = appendHeader(b, "\r\nLambda-Runtime-Invoked-Function-Arn: ", inv.InvokedFunctionARN)
	b = appendHeader(b, "\r\nLambda-Runtime-Trace-Id: ", inv.TraceID)
	b = appendHeader(b, "\r\nLambda-Runtime-Client-Context: ", inv.ClientContext)
	b = appendHeader(b, "\r\nLambda-Runtime-Cognito-Identity: ", inv.CognitoIdentity)
	if c.last {
		b = append(b, "\r\nConnection: close"...)
	}
	return append(b, "\r\n\r\n"...)
}

// oneLine makes of a text what may stand in a header.
var oneLine = strings.NewReplacer("\r", " ", "\n", " ")

func appendHeader(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return append(append(b, name...), oneLine.Replace(value)...)
}

// send writes an answer, and reports whether the connection goes on.
func (c *connection) send(w *reply) bool {
	return c.write(w.bytes(c.last)) && !c.last
}

func (c *connection) write(data []byte) bool {
	c.writing.Lock()
	defer c.writing.Unlock()
	_, err := c.c.Write(data)
	return err == nil
}
