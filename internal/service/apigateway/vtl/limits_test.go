package vtl_test

import (
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"cloudless/internal/service/apigateway/vtl"
)

func TestRenderStopsAtItsLimits(t *testing.T) {
	for _, tt := range []struct {
		name, template, limit string
	}{
		{"a loop over too many", `#foreach($i in [1..100000])x#end`, "Loop"},
		{"loops in loops", strings.Repeat(`#foreach($i in [1..1000])`, 5) + "x" + strings.Repeat("#end", 5), "Steps"},
		{"a range without end", `#set($r = [0..2147483647])`, "Memory"},
		{"a string that doubles", `#set($s = "0123456789")#foreach($i in [1..64])#set($s = "$s$s")#end`, "Output"},
		{"a sum of strings that doubles", `#set($s = "0123456789")#foreach($i in [1..64])#set($s = $s + $s)#end`, "Memory"},
		{"a list that doubles", `#set($l = [1])#foreach($i in [1..64])#set($x = $l.addAll($l))#end`, "Memory"},
		{"a list of lists that prints too long", `#set($l = [1])#foreach($i in [1..64])#set($l = [$l, $l])#end$l`, "Output"},
		{"its hash code", `#set($l = [1])#foreach($i in [1..64])#set($l = [$l, $l])#end$l.hashCode()`, "Steps"},
		{"its equality", `#set($a = [1])#set($b = [1])#foreach($i in [1..64])#set($a = [$a, $a])#set($b = [$b, $b])#end#if($a == $b)x#end`, "Steps"},
		{"replace that grows", `#set($s = "aaaaaaaaaa")#foreach($i in [1..64])#set($s = $s.replace("a", "aaaaaaaaaa"))#end`, "Memory"},
		{"replaceAll that grows", `#set($s = "aaaaaaaaaa")#foreach($i in [1..64])#set($s = $s.replaceAll("a", "aaaaaaaaaa"))#end`, "Steps"},
		{"repeat that is long", `#set($s = "xxxxxxxxxx")#set($t = $s.repeat(2000000000))`, "Memory"},
		{"much output", `#set($s = "0123456789")#foreach($i in [1..20])#set($s = "$s$s")#end$s$s$s`, "Output"},
		{"evaluate inside itself", `#set($s = '#evaluate($s)')#evaluate($s)`, "Depth"},
		{"macros that call themselves twice", `#macro(m $n)#foreach($i in [1..9])#m("$n$n")#end#end#m("x")`, ""},
		{"blocks in each other", `#define($a)$b$b$b#end#define($b)$a$a$a#end$a`, ""},
		{"iterator that is asked for ever", `#set($l = [1..1000])#foreach($i in [1..1000])#foreach($j in [1..1000])#set($x = $l.contains(5000))#end#end`, "Steps"},
		{"regular expressions over long text", `#set($s = "aaaaaaaaaa")#foreach($i in [1..15])#set($s = "$s$s")#end#foreach($i in [1..1000])#set($x = $s.matches("(a*)*b"))#end`, "Steps"},
		{"long strings compared", `#set($a = "0123456789")#foreach($i in [1..15])#set($a = $a + $a)#end#set($b = $a.concat(""))#foreach($i in [1..1000])#if($a == $b)#end#end`, "Steps"},
		{"lists as keys", `#set($m = {})#set($l = [1..1000])#foreach($i in [1..1000])#set($x = $m.put($l, 1))#end`, "Steps"},
		{"maps compared whose keys are lists", `#set($s = "0123456789")#foreach($i in [1..12])#set($s = $s + $s)#end#set($a = {})#set($b = {})#foreach($i in [1..4])#set($l = [$s, $i])#set($x = $a.put($l, 1))#set($x = $b.put($l, 1))#end#foreach($i in [1..1000])#if($a == $b)#end#end`, "Steps"},
		{"maps put into each other whose keys are lists", `#set($s = "0123456789")#foreach($i in [1..12])#set($s = $s + $s)#end#set($a = {})#set($b = {})#foreach($i in [1..4])#set($l = [$s, $i])#set($x = $a.put($l, 1))#set($x = $b.put($l, 1))#end#foreach($i in [1..1000])#set($x = $a.putAll($b))#end`, "Steps"},
		{"regular expressions one after another", `#set($s = "a")#foreach($i in [1..1000])#set($x = $s.matches("a{$i}"))#end`, "Steps"},
		{"parsing again and again", `#foreach($i in [1..10000])#evaluate("#if(true)#set($x = 1)#end                                                  ")#end`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tmpl, err := velocity.Parse(tt.template)
			if err != nil {
				if tt.limit == "" {
					return
				}
				t.Fatal(err)
			}
			start := cpuTime(t)
			out, err := tmpl.Render(nil, vtl.Limits{Steps: 200_000, Output: 1 << 20, Memory: 8 << 20})
			if took := cpuTime(t) - start; took > 20*time.Second {
				t.Errorf("took %v", took)
			}
			if len(out) > 1<<20+100 {
				t.Errorf("printed %d bytes", len(out))
			}
			var limit *vtl.LimitError
			if tt.limit != "" && (!errors.As(err, &limit) || limit.Limit != tt.limit) {
				t.Errorf("Render = %.40q, %v, want the limit %s", out, err, tt.limit)
			}
		})
	}
}

func TestParseStopsAtItsLimits(t *testing.T) {
	for _, tt := range []struct{ name, template string }{
		{"parentheses", "#set($x = " + strings.Repeat("(", 10_000)},
		{"lists", "#set($x = " + strings.Repeat("[", 10_000)},
		{"lists with references, which other parsers try twice at each level", "#set($x = " + strings.Repeat("[$a.b([", 5_000)},
		{"maps", "#set($x = " + strings.Repeat("{1:", 10_000)},
		{"conditions", strings.Repeat("#if(true)", 10_000)},
		{"negations", "#if(" + strings.Repeat("!", 100_000) + "true)#end"},
		{"method calls", strings.Repeat("$a.b(", 10_000)},
		{"blocks", strings.Repeat("#define($a)", 10_000)},
		{"a number", "#set($x = " + strings.Repeat("9", 100_000) + ")"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var at *vtl.ParseError
			if _, err := velocity.Parse(tt.template); !errors.As(err, &at) {
				t.Errorf("Parse(%.20q…) = %v, want a ParseError", tt.template, err)
			}
		})
	}
}

func TestParseIsLinear(t *testing.T) {
	const n = 300_000 // the largest template that API Gateway takes
	for _, tt := range []struct{ name, unit string }{
		{"backslashes", `\`}, {"escaped dollars", `\$`}, {"dollars", "$"}, {"hashes", "#"}, {"blanks", " "},
		{"quotes in a directive", `#if("" == "")`}, {"open strings", `#if("a""`}, {"comments", "#*"},
		{"closing parentheses with blanks", "#foo()   "}, {"dollars and bangs", `$\\\`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			src := strings.Repeat(tt.unit, n/len(tt.unit))
			start := cpuTime(t)
			_, _ = velocity.Parse(src)
			// Linear takes milliseconds and quadratic minutes: the bound is far from both.
			if took := cpuTime(t) - start; took > 10*time.Second {
				t.Errorf("%d bytes took %v", len(src), took)
			}
		})
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
