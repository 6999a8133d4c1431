package main

// enumOrder puts the values of an enumeration in the order in which AWS's
// validation messages list them. That is the order of a Java hash table of at
// least 32 buckets, indexed by the low bits of String.hashCode, each bucket
// with its latest entry first: so every recorded message has it.
func enumOrder(values []string) []string {
	buckets := 32
	for buckets < len(values) {
		buckets *= 2
	}
	table := make([][]string, buckets)
	for _, v := range values {
		i := javaHash(v) & uint32(buckets-1)
		table[i] = append([]string{v}, table[i]...)
	}
	var ordered []string
	for _, bucket := range table {
		ordered = append(ordered, bucket...)
	}
	return ordered
}

// javaHash is Java's String.hashCode, for ASCII.
func javaHash(s string) uint32 {
	var h uint32
	for _, c := range []byte(s) {
		h = 31*h + uint32(c)
	}
	return h
}
