package transfer

import (
	"bytes"
	"io"
	"unicode/utf8"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/service/dynamodb/attr"
)

// csvSource reads lines of CSV as RFC 4180 has them: a field between double
// quotes may hold delimiters, line ends and doubled quotes, and no quote stands
// anywhere else. Every column is a string but those that have a type.
type csvSource struct {
	*records
	input  *Input
	frame  csvFrame
	header []string
	fields []string // of the line; reused
}

func (s *csvSource) next() (map[string]ddb.AttributeValue, error) {
	if s.header == nil {
		if err := s.begin(); err != nil {
			return nil, err
		}
	}
	if err := s.line(); err != nil {
		return nil, err
	}
	if len(s.fields) > len(s.header) {
		return nil, errMapping
	}
	item := make(map[string]ddb.AttributeValue, len(s.fields))
	for i, text := range s.fields {
		if text == "" {
			continue // an empty column is no attribute, as AWS documents
		}
		v, err := s.value(s.header[i], text)
		if err != nil {
			return nil, err
		}
		item[s.header[i]] = v
	}
	return item, nil
}

// begin reads the header, if it is not given. An object without one, of no bytes
// at all, cannot be mapped.
func (s *csvSource) begin() error {
	s.skipBOM()
	if s.header = s.input.HeaderList; len(s.header) > 0 {
		return nil
	}
	err := s.line()
	if _, ok := err.(*fault); ok || err == io.EOF {
		return errMapping
	}
	s.header = append([]string{}, s.fields...)
	return err
}

// value is the value of a column.
func (s *csvSource) value(name, text string) (v ddb.AttributeValue, err error) {
	switch s.input.Types[name] {
	case attr.Number:
		v.N = &text
	case attr.Binary:
		v.B, err = decodeBase64(text)
	default:
		v.S = &text
	}
	return v, err
}

// line reads the next line that is not empty into s.fields.
func (s *csvSource) line() error {
	for {
		rec, err := s.records.next(&s.frame)
		switch {
		case err == errWithin && len(rec) == 0:
			return io.EOF
		case err == errWithin && s.frame.quoted:
			return errMapping
		case err == errWithin: // the last line has no end
		case err == errTooLong:
			return errTooLarge
		case err != nil:
			return err
		}
		rec = bytes.TrimSuffix(rec, []byte("\n"))
		rec = bytes.TrimSuffix(rec, []byte("\r"))
		if len(rec) > 0 {
			return s.split(rec)
		}
	}
}

// split takes a line apart.
func (s *csvSource) split(rec []byte) error {
	delimiter := byte(',')
	if s.input.Delimiter != "" {
		delimiter = s.input.Delimiter[0]
	}
	s.fields = s.fields[:0]
	if !utf8.Valid(rec) {
		return errMapping
	}
	for {
		field, rest, ok := csvField(rec, delimiter)
		if !ok {
			return errMapping
		}
		s.fields = append(s.fields, field)
		if rest == nil {
			return nil
		}
		rec = rest
	}
}

// csvField returns the first field of a line and what is behind its delimiter, or
// nil where it is the last.
func csvField(line []byte, delimiter byte) (field string, rest []byte, ok bool) {
	if len(line) == 0 || line[0] != '"' {
		bare := line
		if end := bytes.IndexByte(line, delimiter); end >= 0 {
			bare, rest = line[:end], line[end+1:]
		}
		return string(bare), rest, bytes.IndexByte(bare, '"') < 0
	}
	var text []byte
	line = line[1:]
	for {
		end := bytes.IndexByte(line, '"')
		if end < 0 {
			return "", nil, false
		}
		text = append(text, line[:end]...)
		line = line[end+1:]
		switch {
		case len(line) == 0:
			return string(text), nil, true
		case line[0] == delimiter:
			return string(text), line[1:], true
		case line[0] != '"':
			return "", nil, false
		}
		text = append(text, '"')
		line = line[1:]
	}
}

// csvFrame finds the end of a line outside of quotes.
type csvFrame struct{ quoted bool }

func (f *csvFrame) begin() { f.quoted = false }

func (f *csvFrame) scan(b []byte) (n int, end bool) {
	for i, c := range b {
		switch {
		case c == '"':
			f.quoted = !f.quoted
		case c == '\n' && !f.quoted:
			return i + 1, true
		}
	}
	return len(b), false
}
