package mapping

import (
	"cloudless/internal/service/apigateway/value"
)

// util is $util.
type util struct{ meter *meter }

// Get finds no properties.
func (u *util) Get(string) (value.Value, error) { return nil, value.ErrNoMember }

// Call calls one of the functions. All take one text. A number or boolean is taken
// as its text; a list or a map is no text, and the call then has no value.
func (u *util) Call(method string, args []value.Value) (value.Value, error) {
	if len(args) != 1 {
		return nil, value.ErrNoMember
	}
	switch args[0].(type) {
	case nil, *value.List, *value.Map, *value.Entry, value.Object:
		return nil, value.ErrNoMember
	}
	s := text(args[0])
	if err := u.meter.read(len(s)); err != nil {
		return nil, err
	}
	switch method {
	case "escapeJavaScript":
		return escapeJavaScript(s), nil
	case "parseJson":
		if s == "" {
			return nil, nil
		}
		return value.Parse(s)
	case "urlEncode":
		return urlEncode(s), nil
	case "urlDecode":
		return urlDecode(s)
	case "base64Encode":
		return base64Encode(s), nil
	case "base64Decode":
		return base64Decode(s), nil
	}
	return nil, value.ErrNoMember
}

// String is what $util itself prints.
func (u *util) String() string { return "$util" }
