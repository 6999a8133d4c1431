package pattern

import (
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"
)

const apache = `127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534`

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
		{"{ $.a = 1 }", `{"a": 1} and more`, false},
		{"{ $.a   NOT   EXISTS }", `{"b": 1}`, true},
		{"{ $.latency = * }", `{"latency": 12}`, true},
		{"{ $.latency = * }", `{}`, false},
		{"{ $.latency > 1e1 && $.latency < +13 }", `{"latency": 12}`, true},
		{"{ $.code = 4* }", `{"code": 404}`, true},
		{"{ $.code = \"404\" }", `{"code": 404}`, true},
		{"{ $.n = 9007199254740993 }", `{"n": 9007199254740993}`, true},
		{"{ $.name = *Event }", `{"name": "PutEvent"}`, true},
		{"{ $.name = *Event }", `{"name": "EventPut"}`, false},
		{"{ $.name = Event* }", `{"name": "EventId"}`, true},
		{"{ $.name = Ev*ent }", `{"name": "Event"}`, false},
		{"{ $.name = Ev*ent }", `{"name": "Ev*ent"}`, true},
		{"{ $.ip != 123.123.* }", `{"ip": "123.123.1.1"}`, false},
		{"{ $.ip != 123.123.* }", `{"ip": "111.111.111.111"}`, true},
		{"{ $.ip = %127\\.0\\.0\\.[1-9]% }", `{"ip": "127.0.0.7"}`, true},
		{"{ $.ip = %127\\.0\\.0\\.[1-9]% }", `{"ip": "10.0.0.7"}`, false},
		{"{ $.flag = true }", `{"flag": true}`, true},
		{"{ $.flag < 1 }", `{"flag": true}`, false},
		{"{ $.flag IS FALSE }", `{"flag": false}`, true},
		{"{ $.flag IS FALSE }", `{}`, false},
		{"{ $.users = 1 }", `{"users": [1, 2]}`, false},
		{"{ $.users != 1 }", `{"users": [1, 2]}`, false},
		{"{ $.a != 1 }", `{"b": 2}`, false},
		{`{ $.["a b"][0] = x && $['c.d'] = y }`, `{"a b": ["x"], "c.d": "y"}`, true},
		{"{ $.user.email = \"J@e\" || $.c[0][1] = no && $.a[2] = no }", `{"user": {"email": "J@e"}}`, true},
		{"{ ($.user.email = \"J@e\" || $.c[0][1] = no) && $.a[2] = no }", `{"user": {"email": "J@e"}}`, false},

		{"[ip, user, username, timestamp, request, status_code, bytes]", apache, true},
		{"[ip, user, username, timestamp, request, status_code]", apache, false},
		{"[ip, user, username, timestamp, request, status_code, bytes, more]", apache, false},
		{"[..., status_code, bytes]", apache, true},
		{"[ip, user, ..., status_code, bytes]", apache, true},
		{"[ip, user, ...]", apache, true},
		{"[...]", "", true},
		{"[a, ..., b]", "one", false},
		{"[a, ..., b]", "one two", true},
		{"[ip, user, username, timestamp, request, status_code, bytes > 1000]", apache, true},
		{"[ip, user, username, timestamp, request, status_code, bytes > 2000]", apache, false},
		{"[ip, user, username, timestamp, request, status_code = 404, bytes]", apache, true},
		{"[ip, user, username, timestamp, request = *.html*, status_code = 4*, bytes]", apache, true},
		{"[..., request=*.html*, status_code=4*,]", apache, true},
		{"[..., status_code = 4* && status_code != 404, bytes]", apache, false},
		{"[..., status_code = 500 || status_code = 404, bytes]", apache, true},
		{"[..., status_code = 500 || status_code = 4* && status_code != 403, bytes]", apache, true},
		{"[..., timestamp = \"10/Oct/2000:13:25:15 -0700\", request, status_code, bytes]", apache, true},
		{"[ip = %^127\\.0%, ...]", apache, true},
		{"[ip = %^10\\.%, ...]", apache, false},
		{"[w1=ERROR, w2]", "ERROR message", true},
		{"[w1=ERROR, w2]", "ERROR WARN message", false},
		{"[w1=ERROR || w1=WARN, w2]", "WARN message", true},
		{"[w1 != ERROR && w1 != WARN, w2]", "INFO message", true},
		{"[n >= 1.5, m <= 2]", "  1.5\t2  ", true},
		{"[n > 1]", "many", false},
		{"[n = 200]", "200.0", true},
		{"[level = \"[ERROR\", text]", "[ERROR unclosed", true},
		{"[a = x]", `""`, false},
		{"[a = x]", `"x"`, true},
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
	for pattern, reason := range map[string]string{
		`"open`:                   "",
		`a=b`:                     "Invalid character(s) in term 'a=b'",
		`a "" b`:                  `Invalid character(s) in term '""'`,
		`request-id`:              "Invalid character(s) in term 'request-id'",
		`?`:                       "",
		`%open`:                   "",
		`%(a)%`:                   "", // AWS has no parentheses here
		`%a!%`:                    "",
		`%[%`:                     "",
		`%a{1000}a{1000}a{1000}%`: "", // too much work for each byte
		`{ $.a = }`:               "",
		`{ $.a = 1`:               "",
		`{ a = 1 }`:               "",
		`{ ($.a = 1 }`:            "",
		`{ $.a IS 1 }`:            "",
		`{ $.a > x }`:             "",
		`{ $.a[x] = 1 }`:          "",
		`{ $.a[*] = 1 }`:          "",
		`{ $.a = 1 && }`:          "",
		`{ $. = 1 }`:              "",
		`{ $.a = %a% && $.b = %b% && $.c = %c% }`:                               "", // two at most
		`{` + strings.Repeat("(", 40) + `$.a=1` + strings.Repeat(")", 40) + `}`: "",
		`[a`:                            "",
		`[a] b`:                         "",
		`[a = ]`:                        "",
		`[= 1]`:                         "",
		`[a > x]`:                       "",
		`[..., a, ...]`:                 "",
		`[a = 1 && b = 2]`:              "", // AWS refuses another field's name, though it was documented
		`[a = 1 && a]`:                  "",
		`[a b]`:                         "",
		`[a = %x% && a = %y%, b = %z%]`: "",
	} {
		_, err := Parse(pattern)
		syntax, ok := errors.AsType[*SyntaxError](err)
		if !ok || syntax.Reason != reason {
			t.Errorf("Parse(%q) = %v, want %q", pattern, err, reason)
		}
	}
}

// The number of steps for each byte of a message is bounded, whatever the
// pattern.
func TestMatchingTakesTimeInProportionToTheMessage(t *testing.T) {
	for _, pattern := range []string{
		`%` + strings.Repeat("a*", 400) + `b%`, `%a{990}b%`, `[...,` + strings.Repeat("a,", 500) + `b]`,
		`{ $.a = "*` + strings.Repeat("a", 500) + `*" }`,
	} {
		p, err := Parse(pattern)
		if err != nil {
			t.Fatalf("Parse(%.20q…): %v", pattern, err)
		}
		began := cpuTime(t)
		p.Match(`{"a": "` + strings.Repeat("a", 20_000) + `"}`)
		if took := cpuTime(t) - began; took > 10*time.Second {
			t.Errorf("%.20q… took %v", pattern, took)
		}
	}
}

// cpuTime is how long this process has computed: unlike the time of day, it says
// the same of a busy machine as of an idle one.
func cpuTime(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`ERROR -x ?y "z"`, `%a.*b%`,
		`{ $.a = 1 && ($.b != "x*" || $.c[0] EXISTS) }`, `{ $["a b"] IS NULL }`, `{ $.ip = %1\.[0-9]% || $.n >= 1e3 }`,
		`[ip, user, ..., status = 4* && status != 403, bytes > 10]`, `[w1 = "a b" || w1 = %x%, ...]`, `[..., a,]`,
	} {
		f.Add(s, `{"a": 1, "b": [true, null]}`)
		f.Add(s, apache)
	}
	f.Fuzz(func(t *testing.T, pattern, message string) {
		p, err := Parse(pattern)
		if err == nil {
			p.Match(message)
			return
		}
		if _, ok := errors.AsType[*SyntaxError](err); !ok {
			t.Errorf("Parse(%q) = %v, which is no SyntaxError", pattern, err)
		}
	})
}
