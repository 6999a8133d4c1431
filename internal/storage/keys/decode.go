package keys

import (
	"bytes"
	"errors"
	"fmt"
	"time"
)

// ErrMalformed is the kind of every error of Decode.
var ErrMalformed = errors.New("keys: malformed key")

// Decode returns the elements of key, as string, []byte, uint64, int64, bool
// or time.Time in UTC. They share no memory with key.
//
// It takes exactly what Encode writes: encoding the result gives key again.
func Decode(key []byte) ([]any, error) {
	var elems []any
	for rest := key; len(rest) > 0; {
		elem, after, err := decodeElem(rest)
		if err != nil {
			return nil, fmt.Errorf("%w: element %d at byte %d: %w", ErrMalformed, len(elems), len(key)-len(rest), err)
		}
		elems = append(elems, elem)
		rest = after
	}
	return elems, nil
}

// decodeElem reads the first element of b, which is not empty.
func decodeElem(b []byte) (elem any, rest []byte, err error) {
	switch tag := int(b[0]); {
	case tag == tagBytes:
		return wrap(decodeEscaped(b[1:]))
	case tag == tagString:
		content, rest, err := decodeEscaped(b[1:])
		return string(content), rest, err
	case tag >= tagNeg-maxIntBytes && tag <= tagInt+maxIntBytes:
		return wrap(decodeInt(b))
	case tag >= tagUint && tag <= tagUint+maxIntBytes:
		return wrap(decodeUint(b))
	case tag == tagFalse || tag == tagTrue:
		return tag == tagTrue, b[1:], nil
	case tag == tagTime:
		return wrap(decodeTime(b[1:]))
	default:
		return nil, nil, fmt.Errorf("unknown tag %#02x", tag)
	}
}

func wrap[T any](v T, rest []byte, err error) (any, []byte, error) {
	return v, rest, err
}

func decodeEscaped(b []byte) (content, rest []byte, err error) {
	stop := bytes.IndexByte(b, end)
	if stop < 0 {
		return nil, nil, errors.New("no end of string")
	}
	escaped, rest := b[:stop], b[stop+1:]
	content = make([]byte, 0, len(escaped))
	for i := 0; i < len(escaped); i++ {
		if escaped[i] != escape {
			content = append(content, escaped[i])
			continue
		}
		i++
		if i == len(escaped) || escaped[i] > escEsc {
			return nil, nil, errors.New("broken escape")
		}
		content = append(content, escaped[i]-escEnd)
	}
	return content, rest, nil
}

func decodeInt(b []byte) (v int64, rest []byte, err error) {
	if len(b) == 0 || b[0] < tagNeg-maxIntBytes || b[0] > tagInt+maxIntBytes {
		return 0, nil, errors.New("no integer")
	}
	negative := b[0] <= tagNeg
	n := int(b[0]) - tagInt
	if negative {
		n = tagNeg - int(b[0])
	}
	u, rest, err := take(b[1:], n)
	if err != nil {
		return 0, nil, err
	}
	magnitude := u
	if negative {
		u |= ^uint64(0) << (8 * n) // the sign, which was cut off
		magnitude = ^u
	}
	if byteLen(magnitude) != n || int64(u) < 0 != negative {
		return 0, nil, errors.New("integer not in its shortest form")
	}
	return int64(u), rest, nil
}

func decodeUint(b []byte) (v uint64, rest []byte, err error) {
	if len(b) == 0 || b[0] < tagUint || b[0] > tagUint+maxIntBytes {
		return 0, nil, errors.New("no unsigned integer")
	}
	n := int(b[0]) - tagUint
	v, rest, err = take(b[1:], n)
	if err == nil && byteLen(v) != n {
		return 0, nil, errors.New("integer not in its shortest form")
	}
	return v, rest, err
}

func decodeTime(b []byte) (t time.Time, rest []byte, err error) {
	seconds, rest, err := decodeInt(b)
	if err != nil {
		return time.Time{}, nil, err
	}
	nanos, rest, err := decodeUint(rest)
	if err != nil {
		return time.Time{}, nil, err
	}
	if nanos >= uint64(time.Second) {
		return time.Time{}, nil, errors.New("nanoseconds of a second or more")
	}
	return time.Unix(seconds, int64(nanos)).UTC(), rest, nil
}

// take reads a number of n bytes, the highest first.
func take(b []byte, n int) (v uint64, rest []byte, err error) {
	if len(b) < n {
		return 0, nil, errors.New("cut off within a number")
	}
	for _, c := range b[:n] {
		v = v<<8 | uint64(c)
	}
	return v, b[n:], nil
}
