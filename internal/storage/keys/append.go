package keys

import (
	"math/bits"
	"time"
)

// AppendString appends the element s to dst.
func AppendString(dst []byte, s string) []byte {
	return appendEscaped(append(dst, tagString), s)
}

// AppendBytes appends the element b to dst.
func AppendBytes(dst, b []byte) []byte {
	return appendEscaped(append(dst, tagBytes), b)
}

// AppendUint appends the element v to dst.
func AppendUint(dst []byte, v uint64) []byte {
	n := byteLen(v)
	return appendLast(append(dst, byte(tagUint+n)), v, n)
}

// AppendInt appends the element v to dst.
func AppendInt(dst []byte, v int64) []byte {
	if v < 0 {
		// -1 needs no byte at all, -256 one. The longer the number, the lower
		// the tag and so the key.
		n := byteLen(uint64(^v))
		return appendLast(append(dst, byte(tagNeg-n)), uint64(v), n)
	}
	n := byteLen(uint64(v))
	return appendLast(append(dst, byte(tagInt+n)), uint64(v), n)
}

// AppendBool appends the element v to dst; false sorts before true.
func AppendBool(dst []byte, v bool) []byte {
	if v {
		return append(dst, tagTrue)
	}
	return append(dst, tagFalse)
}

// AppendTime appends the instant t to dst.
func AppendTime(dst []byte, t time.Time) []byte {
	dst = AppendInt(append(dst, tagTime), t.Unix())
	return AppendUint(dst, uint64(t.Nanosecond()))
}

func appendEscaped[S string | []byte](dst []byte, s S) []byte {
	from := 0
	for i := range len(s) {
		if s[i] > escape {
			continue
		}
		dst = append(dst, s[from:i]...)
		dst = append(dst, escape, s[i]+escEnd)
		from = i + 1
	}
	dst = append(dst, s[from:]...)
	return append(dst, end)
}

// byteLen returns how many bytes v needs, none for zero.
func byteLen(v uint64) int {
	return (bits.Len64(v) + 7) / 8
}

// appendLast appends the last n bytes of v, the highest first.
func appendLast(dst []byte, v uint64, n int) []byte {
	for shift := 8 * (n - 1); shift >= 0; shift -= 8 {
		dst = append(dst, byte(v>>shift))
	}
	return dst
}
