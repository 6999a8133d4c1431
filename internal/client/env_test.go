package client

import (
	"slices"
	"testing"
)

func TestApplySetsAndRemoves(t *testing.T) {
	vars := []Var{{"A", new("1")}, {"B", nil}, {"C", new("x=y")}}
	got := Apply([]string{"A=0", "B=0", "AB=2", "A=3", "broken"}, vars)
	if want := []string{"AB=2", "broken", "A=1", "C=x=y"}; !slices.Equal(got, want) {
		t.Errorf("Apply = %q, want %q", got, want)
	}
}

func TestShellQuotes(t *testing.T) {
	got := Shell([]Var{{"A", new("it's $HOME")}, {"B", nil}})
	if want := "export A='it'\\''s $HOME'\nunset B\n"; got != want {
		t.Errorf("Shell = %q, want %q", got, want)
	}
}

func TestProxiesAreNotAskedForThisServer(t *testing.T) {
	for _, tt := range []struct {
		name string
		env  []string
		want string // NO_PROXY; "" if it is left alone
	}{
		{"no proxy", []string{"NO_PROXY=a"}, ""},
		{"a proxy that is none", []string{"http_proxy="}, ""},
		{"a proxy", []string{"http_proxy=http://p:1"}, "::1,localhost,.localhost"},
		{"exceptions", []string{"HTTPS_PROXY=http://p:1", "no_proxy=a,localhost"}, "a,localhost,::1,.localhost"},
		{"an empty spelling", []string{"ALL_PROXY=http://p:1", "NO_PROXY=a", "no_proxy="}, "a,::1,localhost,.localhost"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := map[string]string{}
			for _, v := range Environment(Server{URLs: []string{"http://[::1]:4566"}}, Key{}, tt.env) {
				if v.Value != nil {
					got[v.Name] = *v.Value
				}
			}
			if got["NO_PROXY"] != tt.want || got["no_proxy"] != tt.want {
				t.Errorf("NO_PROXY %q and no_proxy %q, want %q", got["NO_PROXY"], got["no_proxy"], tt.want)
			}
		})
	}
}
