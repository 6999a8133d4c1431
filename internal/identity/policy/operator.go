package policy

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"
)

// operator is one of the language's condition operators.
type operator struct {
	// compile makes a test of a policy's value. It reports whether the value
	// is one of the operator's kind.
	compile func(value string, variables bool) (test, bool)

	negated bool // the operator says that the test must fail
	null    bool // the operator asks whether the key is there
}

// qualified is an operator as a policy writes it, such as
// "ForAllValues:StringEqualsIfExists".
type qualified struct {
	operator
	setOp    setOperator
	ifExists bool
}

// findOperator looks up an operator by the name that a policy writes.
func findOperator(name string) (qualified, bool) {
	var q qualified
	if rest, ok := strings.CutPrefix(name, "ForAllValues:"); ok {
		q.setOp, name = forAllValues, rest
	} else if rest, ok := strings.CutPrefix(name, "ForAnyValue:"); ok {
		q.setOp, name = forAnyValue, rest
	}
	if rest, ok := strings.CutSuffix(name, "IfExists"); ok && rest != "Null" {
		q.ifExists, name = true, rest
	}
	var ok bool
	q.operator, ok = operators[name]
	return q, ok
}

// accepts reports whether all values are of the operator's kind.
func (q qualified) accepts(values []string) bool {
	for _, v := range values {
		if _, ok := q.compile(v, true); !ok {
			return false
		}
	}
	return true
}

// operators has all operators of the language, without the prefixes and the
// suffix that any of them may have.
var operators = map[string]operator{
	"StringEquals":              {compile: stringEquals},
	"StringNotEquals":           {compile: stringEquals, negated: true},
	"StringEqualsIgnoreCase":    {compile: stringEqualsIgnoreCase},
	"StringNotEqualsIgnoreCase": {compile: stringEqualsIgnoreCase, negated: true},
	"StringLike":                {compile: stringLike},
	"StringNotLike":             {compile: stringLike, negated: true},

	"NumericEquals":            {compile: numeric(func(c int) bool { return c == 0 })},
	"NumericNotEquals":         {compile: numeric(func(c int) bool { return c == 0 }), negated: true},
	"NumericLessThan":          {compile: numeric(func(c int) bool { return c < 0 })},
	"NumericLessThanEquals":    {compile: numeric(func(c int) bool { return c <= 0 })},
	"NumericGreaterThan":       {compile: numeric(func(c int) bool { return c > 0 })},
	"NumericGreaterThanEquals": {compile: numeric(func(c int) bool { return c >= 0 })},

	"DateEquals":            {compile: date(func(c int) bool { return c == 0 })},
	"DateNotEquals":         {compile: date(func(c int) bool { return c == 0 }), negated: true},
	"DateLessThan":          {compile: date(func(c int) bool { return c < 0 })},
	"DateLessThanEquals":    {compile: date(func(c int) bool { return c <= 0 })},
	"DateGreaterThan":       {compile: date(func(c int) bool { return c > 0 })},
	"DateGreaterThanEquals": {compile: date(func(c int) bool { return c >= 0 })},

	"Bool":         {compile: boolean},
	"Null":         {compile: boolean, null: true},
	"BinaryEquals": {compile: binary},

	"IpAddress":    {compile: address},
	"NotIpAddress": {compile: address, negated: true},

	"ArnEquals":    {compile: arn},
	"ArnLike":      {compile: arn},
	"ArnNotEquals": {compile: arn, negated: true},
	"ArnNotLike":   {compile: arn, negated: true},
}

func stringEquals(value string, variables bool) (test, bool) {
	t := newTemplate(value, false, variables)
	return t.match, true
}

func stringLike(value string, variables bool) (test, bool) {
	t := newTemplate(value, true, variables)
	return t.match, true
}

func stringEqualsIgnoreCase(value string, variables bool) (test, bool) {
	t := newTemplate(value, false, variables)
	return func(v string, ctx Context) bool {
		g, ok := t.glob(ctx, utf8.UTFMax*len(v)) // letters may differ in length by case
		return ok && strings.EqualFold(g[0][0], v)
	}, true
}

// arn compares ARNs. ArnEquals and ArnLike are the same: both know wildcards.
func arn(value string, variables bool) (test, bool) {
	return newARNTemplate(value, variables).match, true
}

// numeric makes the compile function of an operator that holds for what
// comparing the request's number with the policy's gives.
func numeric(holds func(compared int) bool) func(string, bool) (test, bool) {
	return func(value string, _ bool) (test, bool) {
		limit, err := strconv.ParseFloat(value, 64)
		return func(v string, _ Context) bool {
			n, err := strconv.ParseFloat(v, 64)
			return err == nil && holds(cmp.Compare(n, limit))
		}, err == nil
	}
}

func date(holds func(compared int) bool) func(string, bool) (test, bool) {
	return func(value string, _ bool) (test, bool) {
		limit, ok := parseDate(value)
		return func(v string, _ Context) bool {
			d, ok := parseDate(v)
			return ok && holds(d.compare(limit))
		}, ok
	}
}

func boolean(value string, _ bool) (test, bool) {
	return func(v string, _ Context) bool { return strings.EqualFold(v, value) }, true
}

// binary compares bytes that are written in base64 on both sides.
func binary(value string, _ bool) (test, bool) {
	want, err := base64.StdEncoding.DecodeString(value)
	return func(v string, _ Context) bool {
		got, err := base64.StdEncoding.DecodeString(v)
		return err == nil && bytes.Equal(got, want)
	}, err == nil
}

// address compares an IP address with a range in CIDR notation, or with one
// address.
func address(value string, _ bool) (test, bool) {
	prefix, err := netip.ParsePrefix(value)
	if err != nil {
		ip, err := netip.ParseAddr(value)
		if err != nil {
			return nil, false
		}
		prefix = netip.PrefixFrom(ip, ip.BitLen())
	}
	prefix = prefix.Masked()
	return func(v string, _ Context) bool {
		ip, err := netip.ParseAddr(v)
		return err == nil && prefix.Contains(ip.Unmap().WithZone(""))
	}, true
}
