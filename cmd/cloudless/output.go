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
