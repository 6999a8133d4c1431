package main

import (
	"encoding/json"
	"fmt"
	"io"
)

// printJSON prints v for programs to read.
func printJSON(w io.Writer, v any) {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err) // what is printed is made here, of plain values
	}
	fmt.Fprintln(w, string(text))
}

// printJSONLine prints v on one line, for streams of values.
func printJSONLine(w io.Writer, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	fmt.Fprintln(w, string(text))
}
