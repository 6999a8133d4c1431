package policy

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTemplateMatches(t *testing.T) {
	ctx := Context{}
	ctx.Set("aws:username", "alice")
	ctx.Set("aws:userid", "*")
	ctx.Set("aws:TagKeys", "a", "b")
	for _, tt := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"*", "arn:aws:s3:::b/a", true},
		{"a", "a", true},
		{"a", "A", false},
		{"a*", "abc", true},
		{"a*c", "abc", true},
		{"a*c", "abcd", false},
		{"a*b*c", "aXbYbZc", true},
		{"*b*", "abc", true},
		{"*ab*ab*", "abab", true},
		{"*ab*ab", "ab", false},
		{"ab*ba", "aba", false}, // the pieces may not share a letter
		{"a?c", "abc", true},
		{"a?c", "aüc", true},
		{"a?c", "ac", false},
		{"a?*c", "abc", true},
		{"?*?", "a", false},
		{"*?b", "aab", true},
		{"*a?b*", "aaxb", true},
		{"arn:aws:s3:::b/*", "arn:aws:s3:::b/a:b/c", true},
		{"arn:aws:lambda:*:function:f", "arn:aws:lambda:us-east-1:1:function:f", true},

		{"home/${aws:username}/*", "home/alice/x", true},
		{"home/${aws:username}/*", "home/bob/x", false},
		{"home/${AWS:UserName}", "home/alice", true},
		{"home/${aws:userid}", "home/alice", false}, // an asterisk in a value is an asterisk
		{"home/${aws:userid}", "home/*", true},
		{"home/${aws:none}", "home/", false},
		{"home/${aws:none, 'guest'}", "home/guest", true},
		{"home/${aws:username,'guest'}", "home/alice", true},
		{"home/${aws:TagKeys}", "home/a", false}, // several values are no value
		{"a${*}b", "a*b", true},
		{"a${*}b", "axb", false},
		{"a${?}b${$}", "a?b$", true},
		{"a${b", "a${b", true},
	} {
		tmpl := newTemplate(tt.pattern, true, true)
		if got := tmpl.match(tt.text, ctx); got != tt.want {
			t.Errorf("%q matches %q: %v, want %v", tt.pattern, tt.text, got, tt.want)
		}
	}
}

func TestTemplateOfOldDocumentsHasNoVariables(t *testing.T) {
	ctx := Context{}
	ctx.Set("aws:username", "alice")
	tmpl := newTemplate("${aws:username}", true, false)
	if tmpl.match("alice", ctx) || !tmpl.match("${aws:username}", ctx) {
		t.Error("a variable was replaced in a document of 2008")
	}
}

// TestGlobAgreesWithRegexp compares with an implementation that nobody doubts.
func TestGlobAgreesWithRegexp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*?ü]{0,8}`).Draw(t, "pattern")
		text := rapid.StringMatching(`[abü]{0,8}`).Draw(t, "text")
		re := regexp.MustCompile(`(?s)\A` + strings.NewReplacer("*", ".*", "?", ".").Replace(pattern) + `\z`)
		tmpl := newTemplate(pattern, true, false)
		if got, want := tmpl.match(text, nil), re.MatchString(text); got != want {
			t.Fatalf("%q matches %q: %v, want %v", pattern, text, got, want)
		}
	})
}

func TestManyWildcardsTakeNoTime(t *testing.T) {
	tmpl := newTemplate(strings.Repeat("a*", 1000)+"b", true, false)
	done := make(chan bool)
	go func() { done <- tmpl.match(strings.Repeat("a", 100_000), nil) }()
	select {
	case got := <-done:
		if got {
			t.Error("it matches")
		}
	case <-time.After(10 * time.Second):
		t.Fatal("matching goes back and forth")
	}
}

func TestLongValuesMakeNoLongPattern(t *testing.T) {
	ctx := Context{}
	ctx.Set("aws:UserAgent", strings.Repeat("a", 1<<20))
	tmpl := newTemplate(strings.Repeat("${aws:UserAgent}", 10_000), true, true) // 10 GB, if it were written out
	if tmpl.match("a", ctx) {
		t.Error("it matches")
	}
	fold, _ := stringEqualsIgnoreCase("${aws:username}", true)
	ctx.Set("aws:username", "\u212a") // the sign of the kelvin, three bytes long
	if !fold("k", ctx) {
		t.Error("a letter is not equal to a longer one that differs by case alone")
	}
}

func TestARNTemplateMatchesPartByPart(t *testing.T) {
	ctx := Context{}
	ctx.Set("aws:PrincipalAccount", "123456789012")
	ctx.Set("aws:PrincipalArn", "arn:aws:iam::123456789012:user/alice")
	for _, tt := range []struct {
		pattern, text string
		want          bool
	}{
		{"arn:aws:s3:::b", "arn:aws:s3:::b", true},
		{"arn:aws:s3:::b*", "arn:aws:s3:::b/a:b", true}, // the last part may have colons
		{"arn:aws:execute-api:*:*:a/*/POST/x", "arn:aws:execute-api:us-east-1:123456789012:a/prod/POST/x", true},
		{"arn:aws:lambda:*:function:f", "arn:aws:lambda:us-east-1:1:function:f", false},
		{"arn:*:*:*:*:*", "arn:aws:s3:::b", true},
		{"*", "arn:aws:s3:::b", true},
		{"arn:aws:s3:::b", "b", false},
		{"arn:aws:sns:*:${aws:PrincipalAccount}:t", "arn:aws:sns:eu-west-1:123456789012:t", true},
		{"arn:aws:sns:*:${aws:PrincipalAccount}:t", "arn:aws:sns:eu-west-1:999999999999:t", false},
		{"${aws:PrincipalArn}", "arn:aws:iam::123456789012:user/alice", true},
	} {
		if got := newARNTemplate(tt.pattern, true).match(tt.text, ctx); got != tt.want {
			t.Errorf("%q matches %q: %v, want %v", tt.pattern, tt.text, got, tt.want)
		}
	}
}
