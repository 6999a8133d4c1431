package transfer

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

const (
	// maxRecordBytes is the longest record whose text is kept. The most wasteful
	// spelling of an item of 400 KB takes about half of it, a list of empty
	// strings or of controls that are escaped.
	maxRecordBytes = 8 << 20

	// maxValues is how many values an item of 400 KB can hold at most: a byte each.
	maxValues = 400 << 10

	bufferBytes = 64 << 10
)

var (
	// errTooLong is returned for a record that was longer than its bound, and
	// was read to its end.
	errTooLong = errors.New("a record exceeds its bound")

	// errWithin is returned where an object ends within a record. It is not
	// io.ErrUnexpectedEOF, which is what a torn compression returns.
	errWithin = errors.New("the object ends within a record")
)

// A frame finds the end of a record without reading what it means. It keeps
// its state between calls, since a record arrives in pieces.
type frame interface {
	// begin forgets the record before.
	begin()
	// scan reads on. It returns how many bytes of b belong to the record, and
	// whether it ends with them.
	scan(b []byte) (n int, end bool)
}

// records takes an object apart into records, and holds one at a time.
type records struct {
	in   *bufio.Reader
	read int64 // bytes of the object so far
	err  error // that ahead met: the object has no more than what is buffered
	buf  []byte
}

func newRecords(r io.Reader) *records { return &records{in: bufio.NewReaderSize(r, bufferBytes)} }

// peek returns some of what comes next, at least a byte.
func (r *records) peek() ([]byte, error) {
	if r.in.Buffered() == 0 {
		if r.err != nil {
			return nil, r.err
		}
		if _, err := r.in.Peek(1); err != nil {
			return nil, err
		}
	}
	return r.in.Peek(r.in.Buffered())
}

// ahead returns the next n bytes, or fewer where there are no more.
func (r *records) ahead(n int) []byte {
	b, err := r.in.Peek(n)
	if err != nil && r.err == nil {
		r.err = err // the reader below may not say so again
	}
	return b
}

func (r *records) skip(n int) {
	r.in.Discard(n) // it was peeked at
	r.read += int64(n)
}

// skipBOM steps over the mark that some editors put before UTF-8.
func (r *records) skipBOM() {
	if bytes.Equal(r.ahead(3), []byte("\xef\xbb\xbf")) {
		r.skip(3)
	}
}

// next reads the record that begins here. Where the object ends within it, it
// returns what there is and errWithin. The record is valid until the next call.
func (r *records) next(f frame) ([]byte, error) {
	r.buf = r.buf[:0]
	long := false
	f.begin()
	for {
		b, err := r.peek()
		if err == io.EOF {
			err = errWithin
		}
		if err != nil {
			return r.buf, err
		}
		n, end := f.scan(b)
		long = long || len(r.buf)+n > maxRecordBytes
		if !long {
			r.buf = append(r.buf, b[:n]...)
		}
		r.skip(n)
		switch {
		case end && long:
			return nil, errTooLong
		case end:
			return r.buf, nil
		}
	}
}

// stream finds the records of JSON and of Ion: objects one behind the other,
// with or without lines between them, or the elements of lists.
type stream struct {
	*records
	frame frame
	ion   bool // comments and version markers may stand between records

	started bool
	inList  bool
	comma   bool // in a list, a record was read and a comma has to come before the next
}

// record returns the next record, from its opening brace to its closing one.
func (s *stream) record() ([]byte, error) {
	if !s.started {
		s.started = true
		s.skipBOM()
	}
	if err := s.seek(); err != nil {
		return nil, err
	}
	rec, err := s.next(s.frame)
	switch err {
	case nil:
		s.comma = s.inList
	case errTooLong:
		s.comma = s.inList
		err = errTooLarge
	case errWithin:
		err = errSyntax
	}
	return rec, err
}

// seek steps over what may stand before a record.
func (s *stream) seek() error {
	for {
		b, err := s.peek()
		if err == io.EOF && s.inList {
			return errSyntax
		}
		if err != nil {
			return err
		}
		switch c := b[0]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			s.skip(len(b) - len(bytes.TrimLeft(b, " \t\n\r")))
		case c == '{' && !s.comma:
			return nil
		case c == '[' && !s.inList:
			s.inList = true
			s.skip(1)
		case c == ']' && s.inList:
			s.inList, s.comma = false, false
			s.skip(1)
		case c == ',' && s.comma:
			s.comma = false
			s.skip(1)
		case s.ion && c == '$' && !s.inList:
			if err := s.marker(); err != nil {
				return err
			}
		case s.ion && c == '/':
			if err := s.comment(); err != nil {
				return err
			}
		default:
			return errSyntax
		}
	}
}

// marker steps over Ion's version marker.
func (s *stream) marker() error {
	behind, ok := bytes.CutPrefix(s.ahead(len(ionMarker)+1), []byte(ionMarker))
	if !ok || len(behind) > 0 && isIdentifierByte(behind[0], true) {
		return errSyntax
	}
	s.skip(len(ionMarker))
	return nil
}

// comment steps over a comment of Ion, of either kind.
func (s *stream) comment() error {
	end := "\n"
	switch string(s.ahead(2)) {
	case "//":
	case "/*":
		end = "*/"
	default:
		return errSyntax
	}
	s.skip(2)
	for matched := 0; matched < len(end); {
		b, err := s.peek()
		if err == io.EOF {
			return errSyntaxAtEnd(end)
		}
		if err != nil {
			return err
		}
		switch b[0] {
		case end[matched]:
			matched++
		case end[0]:
			matched = 1
		default:
			matched = 0
		}
		s.skip(1)
	}
	return nil
}

// errSyntaxAtEnd is what an object that ends within a comment is: whole, if the
// comment ends with the line, and otherwise not.
func errSyntaxAtEnd(end string) error {
	if end == "\n" {
		return io.EOF
	}
	return errSyntax
}

// jsonFrame finds the end of an object of JSON, by its braces outside of strings.
type jsonFrame struct {
	depth            int
	quoted, escaping bool
}

func (f *jsonFrame) begin() { *f = jsonFrame{} }

func (f *jsonFrame) scan(b []byte) (n int, end bool) {
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case f.escaping:
			f.escaping = false
		case f.quoted && c == '\\':
			f.escaping = true
		case c == '"':
			f.quoted = !f.quoted
		case f.quoted:
		case c == '{' || c == '[':
			f.depth++
		case c == '}' || c == ']':
			if f.depth--; f.depth <= 0 {
				return i + 1, true
			}
		}
	}
	return len(b), false
}
