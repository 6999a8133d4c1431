package pattern

import (
	"net/netip"
	"strconv"
	"strings"
)

// expression reads a match expression, such as {"prefix": "a"}, behind its
// opening brace.
func (p parser) expression() (matcher, error) {
	name, err := p.next()
	if err != nil {
		return matcher{}, err
	}
	var m matcher
	switch name.text {
	case "exactly":
		m, err = p.text("exact", exactString)
	case "prefix":
		m, err = p.affix("prefix", hasPrefix, hasPrefixFold)
	case "suffix":
		m, err = p.affix("suffix", hasSuffix, hasSuffixFold)
	case "equals-ignore-case":
		m, err = p.text(name.text, func(want string) matcher {
			return onString(func(s string) bool { return strings.EqualFold(s, want) })
		})
	case "wildcard":
		m, err = p.wildcard()
	case "numeric":
		return p.numeric()
	case "anything-but":
		return p.anythingBut()
	case "exists":
		m, err = p.exists()
	case "cidr":
		m, err = p.cidr()
	default:
		if name.kind == '}' {
			return m, refuse("Match expression name not found")
		}
		return m, refuse("Unrecognized match type %s", name.text)
	}
	if err != nil {
		return m, err
	}
	return m, p.end("Only one key allowed in match expression")
}

// end reads the closing brace of an expression.
func (p parser) end(otherwise string) error {
	t, err := p.next()
	if err != nil {
		return err
	}
	if t.kind != '}' {
		return refuse("%s", otherwise)
	}
	return nil
}

// str reads a string that an operator needs.
func (p parser) str(operator string) (string, error) {
	t, err := p.next()
	if err != nil {
		return "", err
	}
	if t.kind != '"' {
		return "", refuse("%s match pattern must be a string", operator)
	}
	return t.text, nil
}

func (p parser) text(operator string, m func(string) matcher) (matcher, error) {
	want, err := p.str(operator)
	return m(want), err
}

// affix reads a prefix or suffix: a string, or one in
// {"equals-ignore-case": …}.
func (p parser) affix(operator string, exact, fold func(s, affix string) bool) (matcher, error) {
	t, err := p.next()
	if err != nil {
		return matcher{}, err
	}
	test := exact
	want := t.text
	if t.kind == '{' {
		name, err := p.next()
		if err != nil {
			return matcher{}, err
		}
		if name.text != "equals-ignore-case" {
			return matcher{}, refuse("Unsupported %s pattern: %s", operator, name.text)
		}
		test = fold
		if want, err = p.str("equals-ignore-case"); err != nil {
			return matcher{}, err
		}
		if err := p.end("Only one key allowed in match expression"); err != nil {
			return matcher{}, err
		}
	} else if t.kind != '"' {
		return matcher{}, refuse("%s match pattern must be a string", operator)
	}
	return onString(func(s string) bool { return test(s, want) }), nil
}

func (p parser) wildcard() (matcher, error) {
	text, err := p.str("wildcard")
	if err != nil {
		return matcher{}, err
	}
	g, err := parseGlob(text)
	return onString(g.match), err
}

// parseGlob cuts a wildcard pattern at its asterisks. A backslash takes the
// meaning from an asterisk or a backslash.
func parseGlob(text string) (glob, error) {
	var g glob
	var piece strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case '*':
			if i+1 < len(text) && text[i+1] == '*' {
				return nil, refuse("Consecutive wildcard characters at pos %d", i+1) // counted with the quote
			}
			g = append(g, piece.String())
			piece.Reset()
		case '\\':
			if i+1 == len(text) || text[i+1] != '*' && text[i+1] != '\\' {
				return nil, refuse("Invalid escape character at pos %d", i+1)
			}
			i++
			piece.WriteByte(text[i])
		default:
			piece.WriteByte(c)
		}
	}
	return append(g, piece.String()), nil
}

func (p parser) exists() (matcher, error) {
	t, err := p.next()
	if err != nil {
		return matcher{}, err
	}
	switch t.kind {
	case 't':
		return matcher{func(*node) bool { return true }}, nil
	case 'f':
		return matcher{}, nil
	}
	return matcher{}, refuse("exists match pattern must be either true or false.")
}

func (p parser) cidr() (matcher, error) {
	text, err := p.str("prefix") // so AWS says it
	if err != nil {
		return matcher{}, err
	}
	parts := strings.Split(text, "/")
	if len(parts) != 2 {
		return matcher{}, refuse("Malformed CIDR, one '/' required")
	}
	bits, err := strconv.Atoi(parts[1])
	if err != nil {
		return matcher{}, refuse("Malformed CIDR, mask bits must be an integer")
	}
	address, err := netip.ParseAddr(parts[0])
	switch {
	case bits < 0:
		return matcher{}, refuse("Malformed CIDR, mask bits must not be negative")
	case err != nil || address.Zone() != "":
		return matcher{}, refuse("Nonstandard IP address: %s", parts[0])
	case address.Is4() && bits > 31:
		return matcher{}, refuse("IPv4 mask bits must be < 32")
	case bits > 127:
		return matcher{}, refuse("IPv6 mask bits must be < 128")
	}
	return inNetwork(netip.PrefixFrom(address, bits).Masked()), nil
}

const tooMany = "Too many elements in numeric expression"

// numeric reads the array of numeric, and the end of the expression.
func (p parser) numeric() (matcher, error) {
	t, err := p.next()
	if err != nil {
		return matcher{}, err
	}
	if t.kind != '[' {
		return matcher{}, refuse("Value of numeric must be an array.")
	}
	low, high, err := p.bounds()
	if err != nil {
		return matcher{}, err
	}
	return within(low, high), p.end(tooMany)
}

// bounds reads one comparison, or one from below and one from above.
func (p parser) bounds() (low, high bound, err error) {
	operator, err := p.next()
	if err != nil {
		return low, high, err
	}
	if operator.kind != '"' {
		return low, high, refuse("Invalid member in numeric match: %s", operator.text)
	}
	name := operator.text
	switch operator.text {
	case "=":
		name = "equals"
	case ">", ">=", "<", "<=":
	default:
		return low, high, refuse("Unrecognized numeric range operator: %s", operator.text)
	}
	b, err := p.bound(name, operator.text)
	if err != nil {
		return low, high, err
	}
	t, err := p.next()
	if err != nil {
		return low, high, err
	}
	switch operator.text {
	case "=":
		low, high = b, b
	case "<", "<=":
		high = b
	default:
		low = b
		if t.kind != ']' {
			high, err = p.upper(t)
			return low, high, err
		}
	}
	if t.kind != ']' {
		return low, high, refuse(tooMany)
	}
	return low, high, nil
}

// upper reads the second comparison of a range, whose operator is t, and the
// end of the array.
func (p parser) upper(t token) (bound, error) {
	if t.kind != '"' {
		return bound{}, refuse("Bad value in numeric range: %s", t.text)
	}
	if t.text != "<" && t.text != "<=" {
		return bound{}, refuse("Bad numeric range operator: %s", t.text)
	}
	b, err := p.bound(t.text, t.text)
	if err != nil {
		return b, err
	}
	end, err := p.next()
	if err == nil && end.kind != ']' {
		err = refuse("Too many terms in numeric range expression")
	}
	return b, err
}

func (p parser) bound(name, operator string) (bound, error) {
	t, err := p.next()
	if err != nil {
		return bound{}, err
	}
	if t.kind != '0' {
		return bound{}, refuse("Value of %s must be numeric", name)
	}
	at, err := number(t.text)
	return bound{set: true, at: at, open: operator == "<" || operator == ">"}, err
}

// number reads a number that is to be compared.
func number(text string) (micros int64, err error) {
	micros, ok := toMicros(text)
	if !ok {
		return 0, refuse("Value must be between -5.0E9 and 5.0E9, inclusive")
	}
	return micros, nil
}
