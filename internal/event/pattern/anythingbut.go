package pattern

import "strings"

const butScalar = "Value of anything-but must be an array or single string/number value."

// anythingBut reads what follows anything-but, and the end of the expression.
func (p parser) anythingBut() (matcher, error) {
	t, err := p.next()
	if err != nil {
		return matcher{}, err
	}
	var m matcher
	switch t.kind {
	case '{':
		m, err = p.butObject()
	case '[':
		m, err = p.butList()
	case '"':
		m = none([]string{t.text}, func(s, of string) bool { return s == of })
	case '0':
		var n int64
		n, err = number(t.text)
		m = noneOfNumbers([]int64{n})
	default:
		err = refuse(butScalar)
	}
	if err != nil {
		return m, err
	}
	return m, p.end(tooMany)
}

// butList reads a list of strings or numbers behind its opening bracket.
func (p parser) butList() (matcher, error) {
	var texts []string
	var numbers []int64
	for {
		t, err := p.next()
		if err != nil {
			return matcher{}, err
		}
		switch t.kind {
		case '"':
			texts = append(texts, t.text)
		case '0':
			n, err := number(t.text)
			if err != nil {
				return matcher{}, err
			}
			numbers = append(numbers, n)
		case ']':
			if (len(texts) > 0) == (len(numbers) > 0) {
				return matcher{}, refuse("Inside anything but list, either all values are number or string, mixed type is not supported")
			}
			if len(numbers) > 0 {
				return noneOfNumbers(numbers), nil
			}
			return none(texts, func(s, of string) bool { return s == of }), nil
		default:
			return matcher{}, refuse("Inside anything but list, start|null|boolean is not supported.")
		}
	}
}

// butObject reads an operator within anything-but, behind the opening brace,
// and the closing one.
func (p parser) butObject() (matcher, error) {
	name, err := p.next()
	if err != nil {
		return matcher{}, err
	}
	if name.kind == '}' {
		return matcher{}, refuse("Anything-But expression name not found")
	}
	var test func(s, of string) bool
	switch name.text {
	case "prefix":
		test = hasPrefix
	case "suffix":
		test = hasSuffix
	case "equals-ignore-case":
		test = strings.EqualFold
	case "wildcard":
	default:
		return matcher{}, refuse("Unsupported anything-but pattern: %s", name.text)
	}
	list, err := p.butStrings(name.text)
	if err != nil {
		return matcher{}, err
	}
	if err := p.end("Only one key allowed in match expression"); err != nil {
		return matcher{}, err
	}
	if test == nil {
		return noneOfGlobs(list)
	}
	return none(list, test), nil
}

// butStrings reads a string, or an array of strings.
func (p parser) butStrings(operator string) ([]string, error) {
	affix := operator == "prefix" || operator == "suffix"
	inList := "Inside anything-but/" + operator + " list, number|start|null|boolean is not supported."
	t, err := p.next()
	if err != nil {
		return nil, err
	}
	switch {
	case t.kind == '"':
		return []string{t.text}, checkAffix(affix, t.text)
	case t.kind == '{':
		return nil, refuse(butScalar)
	case t.kind != '[' && affix:
		return nil, refuse("prefix/suffix match pattern must be a string")
	case t.kind != '[':
		return nil, refuse("%s", inList)
	}
	var list []string
	for {
		t, err := p.next()
		switch {
		case err != nil:
			return nil, err
		case t.kind == ']' && len(list) == 0:
			return nil, refuse("Empty arrays are not allowed")
		case t.kind == ']':
			return list, nil
		case t.kind != '"':
			return nil, refuse("%s", inList)
		}
		if err := checkAffix(affix, t.text); err != nil {
			return nil, err
		}
		list = append(list, t.text)
	}
}

func checkAffix(affix bool, text string) error {
	if affix && text == "" {
		return refuse("Null prefix/suffix not allowed")
	}
	return nil
}

func noneOfGlobs(list []string) (matcher, error) {
	globs := map[string]glob{}
	for _, text := range list {
		g, err := parseGlob(text)
		if err != nil {
			return matcher{}, err
		}
		globs[text] = g
	}
	return none(list, func(s, of string) bool { return globs[of].match(s) }), nil
}
