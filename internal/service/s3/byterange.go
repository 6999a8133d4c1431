package s3

import (
	"fmt"
	"strconv"
	"strings"
)

// byteRange is the bytes from first to last, both included.
type byteRange struct{ first, last int64 }

func (r byteRange) length() int64 { return r.last - r.first + 1 }

// header is the value of Content-Range for an object of size bytes.
func (r byteRange) header(size int64) string {
	return fmt.Sprintf("bytes %d-%d/%d", r.first, r.last, size)
}

// parseRange reads the value of a Range header for an object of size bytes.
// As S3 does, it takes what is malformed, and what asks for several ranges,
// as if there were no header: ok is false. A range that holds no byte of the
// object is refused.
func parseRange(text string, size int64) (r byteRange, ok bool, err error) {
	spec, isBytes := strings.CutPrefix(text, "bytes=")
	from, to, isRange := strings.Cut(spec, "-")
	if !isBytes || !isRange {
		return r, false, nil
	}
	first, hasFirst := parseOffset(from)
	last, hasLast := parseOffset(to)
	switch {
	case from == "" && hasLast: // the last bytes
		r = byteRange{max(size-last, 0), size - 1}
	case hasFirst && to == "":
		r = byteRange{first, size - 1}
	case hasFirst && hasLast && first <= last:
		r = byteRange{first, min(last, size-1)}
	default:
		return r, false, nil
	}
	if r.length() <= 0 {
		return r, false, invalidRange(text, size)
	}
	return r, true, nil
}

// parseOffset reads a number without a sign. One that no object reaches is
// taken for the largest that there is.
func parseOffset(text string) (int64, bool) {
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 1<<62 - 1, true
	}
	return n, true
}
