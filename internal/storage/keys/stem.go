package keys

import "bytes"

// stemElements is how many elements of a tuple make its stem. Stores keep it
// in their files, so it never changes.
const stemElements = 5

// Stem returns how many bytes of key its first five elements take, or the
// length of the whole key if it has no more than that or is no tuple. Layouts
// put into five elements what names one small family of keys, and what tells
// its members apart behind them: a store finds a family without looking
// wherever it might lie.
//
// Two keys with a stem in common have all of it in common: for a < b, the stem
// of a is no greater than that of b.
func Stem(key []byte) int {
	at := 0
	for range stemElements {
		n := elemLen(key[at:])
		if n == 0 {
			return len(key)
		}
		at += n
	}
	return at
}

// elemLen returns the length of the first element of b, or 0 if there is no
// whole one. It looks at no more than where the element ends.
func elemLen(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	switch b[0] {
	case tagBytes, tagString:
		return bytes.IndexByte(b, end) + 1
	case tagFalse, tagTrue:
		return 1
	case tagTime:
		seconds := numberLen(b[1:])
		nanos := numberLen(b[1+seconds:])
		if seconds == 0 || nanos == 0 {
			return 0
		}
		return 1 + seconds + nanos
	}
	return numberLen(b)
}

// numberLen returns the length of the integer that b begins with, or 0 if there
// is no whole one.
func numberLen(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	n := 0
	switch tag := int(b[0]); {
	case tag >= tagNeg-maxIntBytes && tag <= tagNeg:
		n = 1 + tagNeg - tag
	case tag >= tagInt && tag <= tagInt+maxIntBytes:
		n = 1 + tag - tagInt
	case tag >= tagUint && tag <= tagUint+maxIntBytes:
		n = 1 + tag - tagUint
	}
	if n > len(b) {
		return 0
	}
	return n
}
