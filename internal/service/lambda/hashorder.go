package lambda

import (
	"cmp"
	"maps"
	"slices"
	"unicode/utf16"
)

// variablesJSON writes variables as AWS does where it quotes them: in the order
// of a Java HashMap, which a recorded refusal has.
func variablesJSON(variables map[string]string) string {
	buckets := uint32(16)
	for len(variables)*4 > int(buckets)*3 { // it grows when it is three quarters full
		buckets *= 2
	}
	bucket := func(key string) uint32 {
		h := javaHash(key)
		return (h ^ h>>16) & (buckets - 1)
	}
	names := slices.SortedFunc(maps.Keys(variables), func(a, b string) int {
		return cmp.Or(cmp.Compare(bucket(a), bucket(b)), cmp.Compare(a, b))
	})
	text := []byte{'{'}
	for i, name := range names {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, plainJSON(name)+":"+plainJSON(variables[name])...)
	}
	return string(append(text, '}'))
}

// javaHash is Java's String.hashCode.
func javaHash(s string) (h uint32) {
	for _, unit := range utf16.Encode([]rune(s)) {
		h = 31*h + uint32(unit)
	}
	return h
}
