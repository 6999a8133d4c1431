package pattern

import "strings"

// parseFields reads [name, name = value || name = value, ..., name].
func parseFields(text string) (*fields, error) {
	s := &scanner{rest: text[1:]}
	p := &fields{}
	for {
		switch {
		case !s.take("..."):
			f, err := s.field()
			if err != nil {
				return nil, err
			}
			if p.rest {
				p.behind = append(p.behind, f)
			} else {
				p.before = append(p.before, f)
			}
		case p.rest:
			return nil, invalid() // where would the fields between the two belong?
		default:
			p.rest = true
		}
		switch {
		case s.take(","):
		case s.take("]") && s.skip() == "":
			return p, nil
		default:
			return nil, invalid()
		}
	}
}

// field reads a name, which may be empty, or comparisons of it.
func (s *scanner) field() (field, error) {
	name := s.name()
	c, err := s.comparison()
	if c == nil || err != nil {
		return nil, err
	}
	if name == "" {
		return nil, invalid()
	}
	f := field{{*c}}
	for {
		last := len(f) - 1
		switch {
		case s.take("&&"):
			if c, err = s.again(name); err == nil {
				f[last] = append(f[last], *c)
			}
		case s.take("||"):
			if c, err = s.again(name); err == nil {
				f = append(f, []comparison{*c})
			}
		default:
			return f, nil
		}
		if err != nil {
			return nil, err
		}
	}
}

// again reads one more comparison of the field that the name says.
func (s *scanner) again(name string) (*comparison, error) {
	if s.name() != name {
		return nil, invalid()
	}
	c, err := s.comparison()
	if c == nil && err == nil {
		err = invalid()
	}
	return c, err
}

// name reads the name of a field.
func (s *scanner) name() string {
	text := s.skip()
	end := strings.IndexFunc(text, func(r rune) bool { return !isAlphanumeric(r) && r != '_' && r != '-' })
	if end < 0 {
		end = len(text)
	}
	s.rest = text[end:]
	return text[:end]
}
