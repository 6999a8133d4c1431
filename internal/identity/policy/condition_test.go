package policy

import "testing"

// TestConditions asks one condition at a time: operator, key and values as in
// a policy, and what the request has.
func TestConditions(t *testing.T) {
	ctx := Context{}
	for key, values := range map[string][]string{
		"s": {"Blue"}, "n": {"10"}, "time": {"2026-05-04T12:00:00Z"}, "epoch": {"1777896000"}, "yes": {"true"},
		"ip": {"203.0.113.9"}, "ip6": {"2001:db8::1"}, "mapped": {"::ffff:203.0.113.9"}, "bin": {"aGVsbG8="},
		"arn": {"arn:aws:sns:us-east-1:123456789012:topic"}, "tags": {"a", "b"}, "empty": {}, "blank": {""},
		"word": {"abc"}, "aws:username": {"Blue"},
	} {
		ctx.Set(key, values...)
	}
	for _, tt := range []struct {
		operator, key, values string
		want                  bool
	}{
		{"StringEquals", "s", `"Blue"`, true},
		{"StringEquals", "S", `["Red","Blue"]`, true}, // keys have no case
		{"StringEquals", "s", `"blue"`, false},
		{"StringEquals", "s", `"Bl*"`, false},
		{"StringEquals", "s", `[]`, false},
		{"StringEquals", "s", `"${aws:username}"`, true},
		{"StringEquals", "none", `"Blue"`, false},
		{"StringEquals", "blank", `""`, true},
		{"StringNotEquals", "s", `["Red","Blue"]`, false},
		{"StringNotEquals", "s", `["Red","Green"]`, true},
		{"StringNotEquals", "none", `"Blue"`, true},
		{"StringEqualsIgnoreCase", "s", `"bLUE"`, true},
		{"StringNotEqualsIgnoreCase", "s", `"bLUE"`, false},
		{"StringLike", "s", `"B?u*"`, true},
		{"StringLike", "s", `"b*"`, false},
		{"StringNotLike", "s", `"B*"`, false},
		{"StringNotLike", "none", `"B*"`, true},

		{"NumericEquals", "n", `"10.0"`, true},
		{"NumericEquals", "n", `10`, true},
		{"NumericNotEquals", "n", `"10"`, false},
		{"NumericLessThan", "n", `"10"`, false},
		{"NumericLessThan", "n", `"9.5"`, false},
		{"NumericLessThanEquals", "n", `"10"`, true},
		{"NumericGreaterThan", "n", `"9"`, true},
		{"NumericGreaterThanEquals", "n", `"11"`, false},
		{"NumericEquals", "word", `"10"`, false},
		{"NumericNotEquals", "word", `"10"`, true},

		{"DateEquals", "time", `"2026-05-04T14:00:00+02:00"`, true},
		{"DateEquals", "time", `"1777896000"`, true},
		{"DateEquals", "epoch", `"2026-05-04T12:00:00Z"`, true},
		{"DateNotEquals", "time", `"2026-05-04T12:00:01Z"`, true},
		{"DateLessThan", "time", `"2026-05-04T12:00:00.000000001Z"`, true},
		{"DateLessThan", "time", `"2026-05-04"`, false},
		{"DateGreaterThan", "time", `"2026"`, true},
		{"DateGreaterThanEquals", "time", `"2026-05-04T12:00Z"`, true},
		{"DateLessThanEquals", "time", `"2026-05-04T11:59:59Z"`, false},
		{"DateLessThan", "word", `"2030"`, false},

		{"Bool", "yes", `"true"`, true},
		{"Bool", "yes", `true`, true},
		{"Bool", "yes", `"TRUE"`, true},
		{"Bool", "yes", `false`, false},
		{"Bool", "none", `false`, false},
		{"BoolIfExists", "none", `false`, true},

		{"Null", "none", `"true"`, true},
		{"Null", "none", `false`, false},
		{"Null", "s", `"true"`, false},
		{"Null", "s", `"false"`, true},
		{"Null", "empty", `"true"`, true},

		{"BinaryEquals", "bin", `"aGVsbG8="`, true},
		{"BinaryEquals", "bin", `"aGVsbG9v"`, false},

		{"IpAddress", "ip", `"203.0.113.0/24"`, true},
		{"IpAddress", "ip", `"203.0.113.9"`, true},
		{"IpAddress", "ip", `["10.0.0.0/8","198.51.100.0/24"]`, false},
		{"IpAddress", "ip", `"203.0.113.77/24"`, true}, // bits of the host do not count
		{"IpAddress", "mapped", `"203.0.113.0/24"`, true},
		{"IpAddress", "ip6", `"2001:db8::/32"`, true},
		{"IpAddress", "ip6", `"0.0.0.0/0"`, false},
		{"IpAddress", "word", `"0.0.0.0/0"`, false},
		{"NotIpAddress", "ip", `"203.0.113.0/24"`, false},
		{"NotIpAddress", "ip", `"10.0.0.0/8"`, true},
		{"NotIpAddress", "none", `"10.0.0.0/8"`, true},

		{"ArnEquals", "arn", `"arn:aws:sns:us-east-1:123456789012:topic"`, true},
		{"ArnEquals", "arn", `"arn:aws:sns:*:123456789012:top*"`, true},
		{"ArnLike", "arn", `"arn:aws:sns:*:topic"`, false},
		{"ArnNotEquals", "arn", `"arn:aws:sns:*:*:other"`, true},
		{"ArnNotLike", "arn", `"arn:aws:sns:*:*:topic"`, false},
		{"ArnLike", "none", `"arn:aws:sns:*:*:*"`, false},

		{"StringEqualsIfExists", "none", `"x"`, true},
		{"StringEqualsIfExists", "s", `"x"`, false},
		{"ForAllValues:StringEquals", "tags", `["a","b","c"]`, true},
		{"ForAllValues:StringEquals", "tags", `["a"]`, false},
		{"ForAllValues:StringEquals", "none", `["a"]`, true},
		{"ForAllValues:StringEquals", "empty", `["a"]`, true},
		{"ForAllValues:StringNotEquals", "tags", `["c"]`, true},
		{"ForAllValues:StringNotEquals", "tags", `["b"]`, false},
		{"ForAnyValue:StringEquals", "tags", `["b","c"]`, true},
		{"ForAnyValue:StringEquals", "tags", `["c"]`, false},
		{"ForAnyValue:StringEquals", "none", `["a"]`, false},
		{"ForAnyValue:StringNotEquals", "tags", `["a"]`, true},
		{"ForAnyValue:StringNotEquals", "tags", `["a","b"]`, false},
		{"ForAnyValue:StringNotEquals", "none", `["a"]`, false},
		{"ForAnyValue:StringLikeIfExists", "none", `["a"]`, true},
		{"StringEquals", "tags", `"b"`, true}, // any of several
		{"StringNotEquals", "tags", `"b"`, false},
	} {
		p, err := Parse(allow12(`"Condition":{"`+tt.operator+`":{"`+tt.key+`":`+tt.values+`}}`), Managed)
		if err != nil {
			t.Errorf("%s %s %s: %v", tt.operator, tt.key, tt.values, err)
			continue
		}
		r := &Request{Action: "s3:ListBucket", Context: ctx, Identity: []*Policy{p},
			Principal: Principal{Type: User, Account: "123456789012"}, Account: "123456789012"}
		if got := Evaluate(r).Allowed; got != tt.want {
			t.Errorf("%s %s %s: %v, want %v", tt.operator, tt.key, tt.values, got, tt.want)
		}
	}
}

func TestEveryConditionHasToHold(t *testing.T) {
	p, err := Parse(allow12(`"Condition":{"StringEquals":{"a":"1","b":"2"},"Bool":{"c":"true"}}`), Managed)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		a, b, c string
		want    bool
	}{{"1", "2", "true", true}, {"0", "2", "true", false}, {"1", "0", "true", false}, {"1", "2", "false", false}} {
		ctx := Context{}
		ctx.Set("a", tt.a)
		ctx.Set("b", tt.b)
		ctx.Set("c", tt.c)
		r := &Request{Action: "s3:ListBucket", Context: ctx, Identity: []*Policy{p}, Principal: Principal{Type: User, Account: "1"}, Account: "1"}
		if got := Evaluate(r).Allowed; got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2026-05-04T12:00:00.5+02:30", "01T", "1777896000", "2016-12-13t2:00:00.593194+23", "-1", "2026-02-30", "T"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, ok := parseDate(s); ok && (d.nanos < 0 || d.nanos > 999_999_999) {
			t.Errorf("parseDate(%q) = %+v", s, d)
		}
	})
}
