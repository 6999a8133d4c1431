package pattern

import (
	"errors"
	"testing"
)

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		pattern, message string
		want             bool
	}{
		{"", "anything", true},
		{"ERROR", "[ERROR] disk", true},
		{"ERROR", "error", false},
		{"ERROR disk", "disk ERROR", true},
		{"ERROR disk", "ERROR net", false},
		{`"disk full"`, "the disk full of it", true},
		{`"disk full"`, "disk is full", false},
		{`"say \"no\""`, `they say "no" again`, true},
		{"?ERROR ?WARN", "WARN x", true},
		{"?ERROR ?WARN", "INFO x", false},
		{"ERROR -disk", "ERROR net", true},
		{"ERROR -disk", "ERROR disk", false},
		{"%4[0-9]{2}%", "status 404", true},
		{"%4[0-9]{2}%", "status 500", false},
		{"{ $.status = 500 }", `{"status": 500}`, true},
		{"{ $.status = 500 }", `{"status": "500"}`, true},
		{"{ $.status != 500 }", `{"status": 200}`, true},
		{"{ $.status >= 500 && $.path = \"/api/*\" }", `{"status": 503, "path": "/api/x"}`, true},
		{"{ $.status >= 500 && $.path = \"/api/*\" }", `{"status": 503, "path": "/x"}`, false},
		{"{ ($.a = 1 || $.b = 2) && $.c = 3 }", `{"b": 2, "c": 3}`, true},
		{"{ $.a.b[1] = x }", `{"a": {"b": ["y", "x"]}}`, true},
		{"{ $.a NOT EXISTS }", `{"b": 1}`, true},
		{"{ $.a EXISTS }", `{"b": 1}`, false},
		{"{ $.a IS NULL }", `{"a": null}`, true},
		{"{ $.a IS TRUE }", `{"a": true}`, true},
		{"{ $.a = 1 }", `not json`, false},
	} {
		p, err := Parse(tt.pattern)
		if err != nil {
			t.Errorf("Parse(%q): %v", tt.pattern, err)
			continue
		}
		if got := p.Match(tt.message); got != tt.want {
			t.Errorf("%q on %q = %v, want %v", tt.pattern, tt.message, got, tt.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for pattern, want := range map[string]error{
		`"open`:        ErrSyntax,
		`{ $.a = }`:    ErrSyntax,
		`{ $.a = 1`:    ErrSyntax,
		`{ a = 1 }`:    ErrSyntax,
		`%open`:        ErrSyntax,
		`%(%`:          ErrSyntax,
		`a=b`:          ErrSyntax,
		`[ip, user]`:   ErrUnsupported,
		`{ ($.a = 1 }`: ErrSyntax,
		`{ $.a IS 1 }`: ErrSyntax,
	} {
		if _, err := Parse(pattern); !errors.Is(err, want) {
			t.Errorf("Parse(%q) = %v, want %v", pattern, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`ERROR -x ?y "z"`, `{ $.a = 1 && ($.b != "x*" || $.c[0] EXISTS) }`, `%a.*b%`, `{ $["a b"] IS NULL }`} {
		f.Add(s, `{"a": 1, "b": [true, null]}`)
	}
	f.Fuzz(func(_ *testing.T, pattern, message string) {
		if p, err := Parse(pattern); err == nil {
			p.Match(message)
		}
	})
}
