package pattern

import (
	"errors"
	"regexp"
	"strings"
	"testing"
)

const event = `{
	"source": "aws.ec2", "time": "2022-07-13T13:48:01Z", "resources": [], "tags": ["a", "b"], "nothing": null, "on": true,
	"detail": {"state": "running", "count": 3, "limit": 301.8, "ip": "10.0.0.33", "ip6": "2001:db8::1", "file": "pic.PNG",
		"empty": "", "account": 123456789012, "star": "a*b\\c", "zero": 0},
	"list": [{"k": "x", "v": 1}, {"k": "y", "v": 2}], "deep": [[{"k": "z"}], "leaf"],
	"dynamodb": {"NewImage": {"id": {"S": "a"}, "n": {"N": "101"}}},
	"dotted.state.name": "here", "a": {"b": 1}, "a.c": 2
}`

func TestMatch(t *testing.T) {
	for _, tt := range []struct {
		name, pattern string
		want          bool
	}{
		{"an exact value", `{"source": ["aws.ec2"]}`, true},
		{"one of several values", `{"source": ["aws.s3", "aws.ec2"]}`, true},
		{"another value", `{"source": ["aws.s3"]}`, false},
		{"another case", `{"source": ["AWS.ec2"]}`, false},
		{"a field that is not there", `{"nosuch": ["a"]}`, false},
		{"all fields are needed", `{"source": ["aws.ec2"], "detail": {"state": ["stopped"]}}`, false},
		{"nested fields", `{"source": ["aws.ec2"], "detail": {"state": ["running"]}}`, true},
		{"an object where the event has a value", `{"source": {"a": ["b"]}}`, false},
		{"a value where the event has an object", `{"detail": ["running"]}`, false},
		{"null", `{"nothing": [null]}`, true},
		{"null is not nothing", `{"nosuch": [null]}`, false},
		{"null is not an empty array", `{"resources": [null]}`, false},
		{"true", `{"on": [true]}`, true},
		{"false", `{"on": [false]}`, false},
		{"true as a string", `{"on": ["true"]}`, false},
		{"a number", `{"detail": {"count": [3]}}`, true},
		{"a number in another spelling", `{"detail": {"limit": [3.018e2]}}`, true},
		{"a number as a string", `{"detail": {"count": ["3"]}}`, false},
		{"a number too large to be compared", `{"detail": {"account": [123456789012]}}`, true},
		{"one element of an array", `{"tags": ["b"]}`, true},
		{"no element of an array", `{"tags": ["c"]}`, false},
		{"an address in another spelling", `{"detail": {"ip6": ["2001:0db8:0:0::1"]}}`, true},

		{"exactly", `{"source": [{"exactly": "aws.ec2"}]}`, true},
		{"prefix", `{"time": [{"prefix": "2022-07-13"}]}`, true},
		{"another prefix", `{"time": [{"prefix": "2022-07-14"}]}`, false},
		{"prefix of a number", `{"detail": {"account": [{"prefix": "1"}]}}`, false},
		{"prefix in another case", `{"detail": {"file": [{"prefix": {"equals-ignore-case": "PIC."}}]}}`, true},
		{"suffix", `{"detail": {"file": [{"suffix": ".PNG"}]}}`, true},
		{"suffix in another case", `{"detail": {"file": [{"suffix": ".png"}]}}`, false},
		{"suffix without case", `{"detail": {"file": [{"suffix": {"equals-ignore-case": ".png"}}]}}`, true},
		{"a suffix longer than the value", `{"detail": {"file": [{"suffix": {"equals-ignore-case": "the-pic.png"}}]}}`, false},
		{"equals-ignore-case", `{"source": [{"equals-ignore-case": "AWS.EC2"}]}`, true},
		{"equals-ignore-case of the empty string", `{"detail": {"empty": [{"equals-ignore-case": ""}]}}`, true},
		{"wildcard", `{"source": [{"wildcard": "a*.*2"}]}`, true},
		{"wildcard that ends too early", `{"source": [{"wildcard": "a*.*c"}]}`, false},
		{"wildcard whose ends would overlap", `{"source": [{"wildcard": "aws.ec*ec2"}]}`, false},
		{"wildcard with escapes", `{"detail": {"star": [{"wildcard": "a\\*b\\\\*"}]}}`, true},
		{"wildcard for all", `{"detail": {"empty": [{"wildcard": "*"}]}}`, true},

		{"numeric equals", `{"detail": {"limit": [{"numeric": ["=", 301.8]}]}}`, true},
		{"numeric range", `{"detail": {"count": [{"numeric": [">", 0, "<=", 3]}]}}`, true},
		{"numeric range, open end", `{"detail": {"count": [{"numeric": [">", 0, "<", 3]}]}}`, false},
		{"numeric lower end", `{"detail": {"count": [{"numeric": [">=", 3]}]}}`, true},
		{"numeric open lower end", `{"detail": {"count": [{"numeric": [">", 3]}]}}`, false},
		{"numeric upper end", `{"detail": {"count": [{"numeric": ["<=", 2.999999]}]}}`, false},
		{"numbers in strings are none, as DynamoDB's are", `{"dynamodb": {"NewImage": {"n": {"N": [{"numeric": [">", 100]}]}}}}`, false},

		{"anything-but", `{"detail": {"state": [{"anything-but": "stopped"}]}}`, true},
		{"anything-but that is it", `{"detail": {"state": [{"anything-but": "running"}]}}`, false},
		{"anything-but a list", `{"detail": {"state": [{"anything-but": ["stopped", "running"]}]}}`, false},
		{"anything-but a number", `{"detail": {"count": [{"anything-but": 3.0}]}}`, false},
		{"anything-but zero", `{"detail": {"count": [{"anything-but": 0}]}}`, true},
		{"anything-but numbers", `{"detail": {"count": [{"anything-but": [1, 2]}]}}`, true},
		{"anything-but needs something", `{"nosuch": [{"anything-but": "a"}]}`, false},
		{"anything-but takes null", `{"nothing": [{"anything-but": "a"}]}`, true},
		{"anything-but a prefix", `{"detail": {"state": [{"anything-but": {"prefix": "run"}}]}}`, false},
		{"anything-but a prefix takes numbers", `{"detail": {"count": [{"anything-but": {"prefix": "3"}}]}}`, true},
		{"anything-but prefixes", `{"detail": {"state": [{"anything-but": {"prefix": ["stop", "init"]}}]}}`, true},
		{"anything-but a suffix", `{"detail": {"state": [{"anything-but": {"suffix": "ing"}}]}}`, false},
		{"anything-but without case", `{"detail": {"state": [{"anything-but": {"equals-ignore-case": ["RUNNING", "a"]}}]}}`, false},
		{"anything-but a wildcard", `{"detail": {"state": [{"anything-but": {"wildcard": "*nn*"}}]}}`, false},
		{"anything-but wildcards", `{"detail": {"state": [{"anything-but": {"wildcard": ["*a*", "b*"]}}]}}`, true},

		{"exists", `{"detail": {"state": [{"exists": true}]}}`, true},
		{"null exists", `{"nothing": [{"exists": true}]}`, true},
		{"exists not", `{"nosuch": [{"exists": true}]}`, false},
		{"an empty array does not exist", `{"resources": [{"exists": true}]}`, false},
		{"objects do not exist: only leaves do", `{"dynamodb": {"NewImage": {"id": [{"exists": true}]}}}`, false},
		{"exists below", `{"dynamodb": {"NewImage": {"id": {"S": [{"exists": true}]}}}}`, true},
		{"absent", `{"nosuch": [{"exists": false}]}`, true},
		{"an absent parent", `{"nosuch": {"nor": {"this": [{"exists": false}]}}}`, true},
		{"absent but there", `{"source": [{"exists": false}]}`, false},
		{"absent or something else", `{"dynamodb": {"NewImage": {"no": {"S": [{"anything-but": ["roses"]}, {"exists": false}]}}}}`, true},

		{"cidr", `{"detail": {"ip": [{"cidr": "10.0.0.0/24"}]}}`, true},
		{"cidr elsewhere", `{"detail": {"ip": [{"cidr": "10.0.1.0/24"}]}}`, false},
		{"cidr of IPv6", `{"detail": {"ip6": [{"cidr": "2001:db8::/32"}]}}`, true},
		{"cidr of a number", `{"detail": {"count": [{"cidr": "10.0.0.0/24"}]}}`, false},

		{"$or, second", `{"$or": [{"source": ["aws.s3"]}, {"detail": {"count": [3]}}]}`, true},
		{"$or, none", `{"$or": [{"source": ["aws.s3"]}, {"detail": {"count": [4]}}]}`, false},
		{"$or and more", `{"source": ["aws.s3"], "$or": [{"on": [true]}, {"on": [false]}]}`, false},
		{"$or in $or", `{"detail": {"$or": [{"count": [9]}, {"state": ["running"], "$or": [{"count": [3]}, {"limit": [0]}]}]}}`, true},

		{"an element of an array of objects", `{"list": {"k": ["y"]}}`, true},
		{"fields of one element", `{"list": {"k": ["y"], "v": [2]}}`, true},
		{"fields of two elements", `{"list": {"k": ["x"], "v": [2]}}`, false},
		{"arrays in arrays", `{"deep": {"k": ["z"]}}`, true},
		{"values beside arrays", `{"deep": ["leaf"]}`, true},
		{"points in the event's names", `{"dotted": {"state": {"name": ["here"]}}}`, true},
		{"points in the pattern's names", `{"detail.state": ["running"]}`, true},
		{"both joined", `{"a": {"b": [1], "c": [2]}}`, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := Parse(tt.pattern)
			if err != nil {
				t.Fatal(err)
			}
			e, err := ParseEvent([]byte(event))
			if err != nil {
				t.Fatal(err)
			}
			if got := p.Match(e); got != tt.want {
				t.Errorf("%s matches: %v, want %v", tt.pattern, got, tt.want)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct{ pattern, reason string }{
		{`["not", "an", "object"]`, "Filter is not an object"},
		{`"single-string"`, "Filter is not an object"},
		{`{}`, "Empty objects are not allowed"},
		{`{"a": {}}`, "Empty objects are not allowed"},
		{`{"a": []}`, "Empty arrays are not allowed"},
		{`{"int": 42}`, `"int" must be an object or an array`},
		{`{"string": "my-value"}`, `"string" must be an object or an array`},
		{`{"a": [["b"]]}`, "Match value must be String, number, true, false, or null"},
		{`{"a": [{}]}`, "Match expression name not found"},
		{`{"my_key": [{"EXISTS": true}]}`, "Unrecognized match type EXISTS"},
		{`{"a": [{"exists": "yes"}]}`, "exists match pattern must be either true or false."},
		{`{"time": [{"prefix": 123}]}`, "prefix match pattern must be a string"},
		{`{"time": [{"prefix": ["2022-07-13"]}]}`, "prefix match pattern must be a string"},
		{`{"FileName": [{"suffix": 123}]}`, "suffix match pattern must be a string"},
		{`{"a": [{"prefix": "a", "suffix": "b"}]}`, "Only one key allowed in match expression"},
		{`{"a": [{"equals-ignore-case": ["a"]}]}`, "equals-ignore-case match pattern must be a string"},
		{`{"a": [{"wildcard": 123}]}`, "wildcard match pattern must be a string"},
		{`{"a": [{"wildcard": "a**b"}]}`, "Consecutive wildcard characters at pos 2"},
		{`{"a": [{"wildcard": "a\\b"}]}`, "Invalid escape character at pos 2"},
		{`{"a": [{"numeric": 5}]}`, "Value of numeric must be an array."},
		{`{"a": [{"numeric": [5]}]}`, "Invalid member in numeric match: 5"},
		{`{"a": [{"numeric": ["!", 5]}]}`, "Unrecognized numeric range operator: !"},
		{`{"a": [{"numeric": ["=", "5"]}]}`, "Value of equals must be numeric"},
		{`{"a": [{"numeric": [">", 0, ">", 0]}]}`, "Bad numeric range operator: >"},
		{`{"a": [{"numeric": [">", 0, "<"]}]}`, "Value of < must be numeric"},
		{`{"a": [{"numeric": ["<", 0, ">", 0]}]}`, "Too many elements in numeric expression"},
		{`{"a": [{"numeric": [">", 0, "<", 1, 2]}]}`, "Too many terms in numeric range expression"},
		{`{"a": [{"numeric": [">", 5000000001]}]}`, "Value must be between -5.0E9 and 5.0E9, inclusive"},
		{`{"a": [{"cidr": "10.0.0.0"}]}`, "Malformed CIDR, one '/' required"},
		{`{"a": [{"cidr": "10.0.0.0/xx"}]}`, "Malformed CIDR, mask bits must be an integer"},
		{`{"a": [{"cidr": "10.0.0.0/32"}]}`, "IPv4 mask bits must be < 32"},
		{`{"a": [{"cidr": "xxxx:db8:1234:1a00::/24"}]}`, "Nonstandard IP address: xxxx:db8:1234:1a00::"},
		{`{"a": [{"anything-but": null}]}`, "Value of anything-but must be an array or single string/number value."},
		{`{"a": [{"anything-but": []}]}`, "Inside anything but list, either all values are number or string, mixed type is not supported"},
		{`{"a": [{"anything-but": ["a", 1]}]}`, "Inside anything but list, either all values are number or string, mixed type is not supported"},
		{`{"a": [{"anything-but": ["a", null]}]}`, "Inside anything but list, start|null|boolean is not supported."},
		{`{"a": [{"anything-but": {"prefix": ""}}]}`, "Null prefix/suffix not allowed"},
		{`{"a": [{"anything-but": {"suffix": 123}}]}`, "prefix/suffix match pattern must be a string"},
		{`{"a": [{"anything-but": {"prefix": {"equals-ignore-case": "file"}}}]}`, "Value of anything-but must be an array or single string/number value."},
		{`{"a": [{"anything-but": {"equals-ignore-case": 123}}]}`, "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported."},
		{`{"a": [{"anything-but": {"numeric": [">", 1]}}]}`, "Unsupported anything-but pattern: numeric"},
		{`{"$or": {"a": ["b"]}}`, "It must be an Array followed with $or."},
		{`{"$or": [{"a": ["b"]}]}`, "There must have at least 2 Objects in $or relationship."},
		{`{"$or": ["a", "b"]}`, "Only JSON object is allowed in array of $or relationship."},
		{`{"$or": [{"numeric": ["a"]}, {"a": ["b"]}]}`, "numeric is Ruler reserved fieldName which cannot be used inside $or."},
		{`{"a": ["b"], "a": ["c"]}`, "A name cannot stand twice in one object"},
		{`{"a": ["b"]} {}`, "Something follows the pattern"},
		{strings.Repeat(`{"a":`, 300) + `["b"]` + strings.Repeat(`}`, 300), "The pattern is nested too deeply"},
		{`{"a` + strings.Repeat(".a", 300) + `": ["b"]}`, "The pattern is nested too deeply"},
	} {
		_, err := Parse(tt.pattern)
		var refused *Error
		if !errors.As(err, &refused) || refused.Reason != tt.reason {
			t.Errorf("Parse(%.80s) = %v, want %s", tt.pattern, err, tt.reason)
		}
	}
	for _, text := range []string{``, `{"a": [`, `{"not": closed mark"`, `[{"eventName": ["INSERT"=123}]`} {
		if _, err := Parse(text); err == nil {
			t.Errorf("Parse(%s) found nothing wrong", text)
		}
	}
}

// FuzzPattern looks for texts that make the parsers or the match panic or run
// for long.
func FuzzPattern(f *testing.F) {
	f.Add(`{"a": [{"anything-but": {"wildcard": ["a*b"]}}, {"numeric": [">", 1, "<=", 2]}]}`, `{"a": [1.5, {"b": null}]}`)
	f.Add(`{"$or": [{"a.b": [{"exists": false}]}, {"c": {"d": [{"cidr": "::/0"}, {"prefix": {"equals-ignore-case": "É"}}]}}]}`, `{"a.b": 1, "a": {"b": 2}, "c": [{"d": "éa"}]}`)
	f.Add(`{"x": ["y", null, true, 1e3]}`, event)
	f.Fuzz(func(t *testing.T, pattern, event string) {
		p, err := Parse(pattern)
		if err != nil {
			var refused *Error
			if !errors.As(err, &refused) {
				t.Fatalf("Parse(%q) = %v, no *Error", pattern, err)
			}
			return
		}
		e, err := ParseEvent([]byte(event))
		if err != nil {
			return
		}
		p.Match(e)
	})
}

// FuzzWildcard compares wildcards with regular expressions.
func FuzzWildcard(f *testing.F) {
	f.Add("a*b*c", "aXbYbc")
	f.Add("*", "")
	f.Add("ab*ba", "aba")
	f.Fuzz(func(t *testing.T, text, s string) {
		g, err := parseGlob(text)
		if err != nil {
			return
		}
		quoted := make([]string, len(g))
		for i, piece := range g {
			quoted[i] = regexp.QuoteMeta(piece)
		}
		re, err := regexp.Compile(`(?s)\A` + strings.Join(quoted, `.*`) + `\z`)
		if err != nil {
			return // bytes that are no UTF-8
		}
		if got, want := g.match(s), re.MatchString(s); got != want {
			t.Errorf("%q matches %q: %v, want %v", text, s, got, want)
		}
	})
}
