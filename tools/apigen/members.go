package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// members are those of a structure, in the order of the model.
type members struct {
	names  []string
	byName map[string]*ref
}

// UnmarshalJSON reads the object and keeps its order.
func (m *members) UnmarshalJSON(text []byte) error {
	if err := json.Unmarshal(text, &m.byName); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	for depth := 0; ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				depth++
			} else {
				depth--
			}
		case string:
			if depth == 1 {
				m.names = append(m.names, t)
			}
		}
	}
}

// addHeaders adds members of type String, each carried in a header.
func (m *members) addHeaders(headers map[string]string) {
	for _, member := range sortedKeys(headers) {
		m.names = append(m.names, member)
		m.byName[member] = &ref{Shape: "String", Location: "header", LocationName: headers[member]}
	}
}
