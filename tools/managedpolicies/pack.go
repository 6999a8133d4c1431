package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// chunkBytes is about how much of the documents is compressed together. Larger
// chunks make a smaller file; smaller ones are inflated faster when one
// document is read. 32 KiB is the window of flate: beyond it little is gained.
const chunkBytes = 32 << 10

// policy is one policy as the input has it.
type policy struct {
	Path             string
	CreateDate       time.Time
	UpdateDate       time.Time
	DefaultVersionId string
	Document         json.RawMessage
}

// pack returns the packed form of the policies in src, and how many there are:
//
//	magic   "AWSP" and the version of the form, 1
//	uint32  the length of the index, big-endian
//	index   deflated text
//	chunks  deflated documents, one after another
//
// The index has a line for each chunk with its length in the file, an empty
// line, and a line for each policy in the order of their names: name, path,
// creation and update in Unix seconds, version, chunk, where the document
// starts in the inflated chunk, and its length; separated by tabs.
func pack(src []byte) (packed []byte, count int, err error) {
	var policies map[string]policy
	if err := json.Unmarshal(src, &policies); err != nil {
		return nil, 0, err
	}
	var chunks [][]byte
	var chunk bytes.Buffer
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(policies)) {
		p := policies[name]
		start := chunk.Len()
		if err := json.Compact(&chunk, p.Document); err != nil {
			return nil, 0, fmt.Errorf("%s: %w", name, err)
		}
		fmt.Fprintf(&lines, "%s\t%s\t%d\t%d\t%s\t%d\t%d\t%d\n", name, p.Path, p.CreateDate.Unix(), p.UpdateDate.Unix(),
			p.DefaultVersionId, len(chunks), start, chunk.Len()-start)
		if chunk.Len() >= chunkBytes {
			chunks = append(chunks, deflate(chunk.Bytes()))
			chunk.Reset()
		}
	}
	if chunk.Len() > 0 {
		chunks = append(chunks, deflate(chunk.Bytes()))
	}
	return assemble(chunks, lines.String()), len(policies), nil
}

func assemble(chunks [][]byte, lines string) []byte {
	var index strings.Builder
	for _, c := range chunks {
		fmt.Fprintln(&index, len(c))
	}
	index.WriteString("\n" + lines)
	deflated := deflate([]byte(index.String()))

	out := []byte("AWSP\x01")
	out = binary.BigEndian.AppendUint32(out, uint32(len(deflated)))
	out = append(out, deflated...)
	return append(out, bytes.Join(chunks, nil)...)
}

func deflate(b []byte) []byte {
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err != nil {
		panic(err) // the level is a constant that flate knows
	}
	// A bytes.Buffer takes all that is written.
	w.Write(b)
	w.Close()
	return out.Bytes()
}
