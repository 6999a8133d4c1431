package dynamodb

import (
	"fmt"
	"slices"

	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/storage/keys"
)

// schema is the key of a table or an index. Tables have one hash attribute and
// at most one range attribute, global indexes up to four of each.
type schema struct {
	hash, ranges []keyAttribute
	all          []keyAttribute // hash before range
}

type keyAttribute struct {
	name string
	kind attr.Kind // String, Number or Binary
}

// The longest values of keys, in bytes.
const (
	maxHashBytes  = 2048
	maxRangeBytes = 1024
)

func newSchema(key []keyRecord, attributes []attributeRecord) schema {
	var s schema
	for _, k := range key {
		a := keyAttribute{name: k.Name}
		for _, def := range attributes {
			if def.Name == k.Name {
				a.kind, _ = attr.KindNamed(def.Type)
			}
		}
		if k.Role == "HASH" {
			s.hash = append(s.hash, a)
		} else {
			s.ranges = append(s.ranges, a)
		}
	}
	s.all = slices.Concat(s.hash, s.ranges)
	return s
}

// has reports whether the attribute is one of the key's.
func (s *schema) has(name string) bool {
	for _, a := range s.all {
		if a.name == name {
			return true
		}
	}
	return false
}

func (s *schema) names() []string {
	var names []string
	for _, a := range s.all {
		names = append(names, a.name)
	}
	return names
}

// values returns the item's values of the attributes, or nil if it lacks one.
func values(it attr.Item, attributes []keyAttribute) []attr.Value {
	vs := make([]attr.Value, len(attributes))
	for i, a := range attributes {
		if vs[i] = it.Get(a.name); vs[i] == nil {
			return nil
		}
	}
	return vs
}

// appendKey appends the key of the item, which has all attributes.
func (s *schema) appendKey(dst []byte, it attr.Item) []byte {
	var few [4]attr.Value
	partition := few[:0]
	for _, a := range s.hash {
		partition = append(partition, it.Get(a.name))
	}
	dst = appendPartition(dst, partition)
	for _, a := range s.ranges {
		dst = keys.AppendBytes(dst, it.Get(a.name).Payload())
	}
	return dst
}

// checkItem refuses an item that is to be written without a sound key.
func (s *schema) checkItem(it attr.Item) error {
	for _, a := range s.all {
		v := it.Get(a.name)
		switch {
		case v == nil:
			return awserr.Validation(invalidValues + "Missing the key " + a.name + " in the item")
		case !v.Is(a.kind):
			return awserr.Validation(fmt.Sprintf(invalidValues+"Type mismatch for key %s expected: %s actual: %s", a.name, a.kind, v.Kind()))
		}
	}
	return s.checkSizes(it)
}

// checkKey refuses a key in a request that is not exactly the schema's.
func (s *schema) checkKey(key attr.Item) error {
	if key.Len() != len(s.hash)+len(s.ranges) {
		return errKeySchema
	}
	for _, a := range s.all {
		if !key.Get(a.name).Is(a.kind) {
			return errKeySchema
		}
	}
	return s.checkSizes(key)
}

// checkSizes refuses key values that are empty or too long.
func (s *schema) checkSizes(it attr.Item) error {
	for _, a := range s.all {
		if err := checkNotEmpty(a.name, it.Get(a.name)); err != nil {
			return err
		}
	}
	for _, a := range s.hash {
		if len(it.Get(a.name).Payload()) > maxHashBytes {
			return awserr.Validation(invalidValues + "Size of hashkey has exceeded the maximum size limit of2048 bytes")
		}
	}
	for _, a := range s.ranges {
		if len(it.Get(a.name).Payload()) > maxRangeBytes {
			return awserr.Validation(invalidValues + "Aggregated size of all range keys has exceeded the size limit of 1024 bytes")
		}
	}
	return nil
}

// checkNotEmpty refuses an empty string or binary as a key.
func checkNotEmpty(name string, v attr.Value) error {
	if len(v.Payload()) > 0 || !v.Is(attr.String) && !v.Is(attr.Binary) {
		return nil
	}
	what := "string"
	if v.Is(attr.Binary) {
		what = "binary"
	}
	return awserr.Validation("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty " + what + " value. Key: " + name)
}

const invalidValues = "One or more parameter values were invalid: "

var errKeySchema error = awserr.Validation("The provided key element does not match the schema")
