// Package managed carries the policies that AWS manages, with the documents
// that AWS publishes, and reads them on demand.
//
// They lie packed in policies.bin, which tools/managedpolicies writes: an index
// and the documents in compressed chunks. A [Catalog] unpacks nothing when it
// is made. The first question inflates the index (a tenth of a megabyte); a
// document is inflated with the few that share its chunk, and kept, since what
// is read once is mostly read again. All documents together are under 3 MB, so
// that is the bound of what is kept.
//
// The package knows one version of each policy, the default one of the day
// when the policies were published. It knows nothing of accounts and of who has
// a policy attached.
package managed

import (
	"bytes"
	"cmp"
	"compress/flate"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed policies.bin
var packed []byte

// magic begins the packed form; its last byte is the version of the form.
const magic = "AWSP\x01"

var errPacking = errors.New("managed: the packed policies are damaged")

// Policy is one policy, without its document.
type Policy struct {
	Name           string
	Path           string // such as "/service-role/"
	Created        time.Time
	Updated        time.Time
	DefaultVersion string // such as "v3"

	chunk, start, length int // where the document lies
}

// ARN returns the policy's name for the whole world.
func (p *Policy) ARN() string { return "arn:aws:iam::aws:policy" + p.Path + p.Name }

// Catalog is all policies. Its methods may be called from any number of
// goroutines.
type Catalog struct {
	index     func() (*index, error)
	documents sync.Map // policy name to document; bounded by what is packed
}

// index is what the packed form says of itself.
type index struct {
	policies []Policy // by name
	chunks   [][]byte // deflated documents
}

// New returns the catalogue of AWS's policies. It costs nothing until it is
// asked.
func New() *Catalog { return open(packed) }

func open(packed []byte) *Catalog {
	return &Catalog{index: sync.OnceValues(func() (*index, error) { return unpack(packed) })}
}

// All returns all policies in the order of their names, bytewise. The slice
// belongs to the catalogue.
func (c *Catalog) All() ([]Policy, error) {
	x, err := c.index()
	if err != nil {
		return nil, err
	}
	return x.policies, nil
}

// Lookup returns the policy of an ARN, or nil if AWS has none of that name and
// path.
func (c *Catalog) Lookup(arn string) (*Policy, error) {
	rest, ours := strings.CutPrefix(arn, "arn:aws:iam::aws:policy/")
	if !ours {
		return nil, nil
	}
	x, err := c.index()
	if err != nil {
		return nil, err
	}
	name := rest[strings.LastIndexByte(rest, '/')+1:]
	i, found := slices.BinarySearchFunc(x.policies, name, func(p Policy, name string) int { return cmp.Compare(p.Name, name) })
	if !found || x.policies[i].ARN() != arn {
		return nil, nil
	}
	return &x.policies[i], nil
}

// Document returns the text of the policy's default version.
func (c *Catalog) Document(p *Policy) (string, error) {
	if doc, ok := c.documents.Load(p.Name); ok {
		return doc.(string), nil
	}
	x, err := c.index()
	if err != nil {
		return "", err
	}
	chunk, err := inflate(x.chunks[p.chunk])
	if err != nil {
		return "", err
	}
	if p.start+p.length > len(chunk) {
		return "", errPacking
	}
	doc := string(chunk[p.start : p.start+p.length])
	c.documents.Store(p.Name, doc)
	return doc, nil
}

// unpack reads the index and finds the chunks.
func unpack(packed []byte) (*index, error) {
	rest, ok := bytes.CutPrefix(packed, []byte(magic))
	if !ok || len(rest) < 4 {
		return nil, errPacking
	}
	size := int(binary.BigEndian.Uint32(rest))
	rest = rest[4:]
	if size > len(rest) {
		return nil, errPacking
	}
	text, err := inflate(rest[:size])
	if err != nil {
		return nil, err
	}
	lengths, lines, ok := strings.Cut(string(text), "\n\n")
	if !ok {
		return nil, errPacking
	}
	x := new(index)
	if x.chunks, err = cut(rest[size:], lengths); err != nil {
		return nil, err
	}
	for line := range strings.Lines(lines) {
		p, err := parse(strings.TrimSuffix(line, "\n"), len(x.chunks))
		if err != nil {
			return nil, err
		}
		x.policies = append(x.policies, p)
	}
	return x, nil
}

// cut divides b into chunks whose lengths are given, one a line.
func cut(b []byte, lengths string) (chunks [][]byte, err error) {
	for line := range strings.Lines(lengths) {
		n, err := strconv.Atoi(strings.TrimSuffix(line, "\n"))
		if err != nil || n < 0 || n > len(b) {
			return nil, errPacking
		}
		chunks = append(chunks, b[:n:n])
		b = b[n:]
	}
	return chunks, nil
}

// parse reads one policy's line of the index.
func parse(line string, chunks int) (Policy, error) {
	f := strings.Split(line, "\t")
	if len(f) != 8 {
		return Policy{}, errPacking
	}
	var n [5]int64
	for i, at := range [...]int{2, 3, 5, 6, 7} {
		var err error
		if n[i], err = strconv.ParseInt(f[at], 10, 64); err != nil {
			return Policy{}, fmt.Errorf("%w: %s: %w", errPacking, f[0], err)
		}
	}
	if n[2] < 0 || n[2] >= int64(chunks) || n[3] < 0 || n[4] < 0 {
		return Policy{}, errPacking
	}
	return Policy{
		Name: f[0], Path: f[1], DefaultVersion: f[4],
		Created: time.Unix(n[0], 0).UTC(), Updated: time.Unix(n[1], 0).UTC(),
		chunk: int(n[2]), start: int(n[3]), length: int(n[4]),
	}, nil
}

func inflate(b []byte) ([]byte, error) {
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(b)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errPacking, err)
	}
	return text, nil
}
