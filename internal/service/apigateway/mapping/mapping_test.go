package mapping_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"cloudless/internal/service/apigateway/mapping"
	"cloudless/internal/service/apigateway/value"
	"cloudless/internal/service/apigateway/vtl"
)

// newCall returns a call with something of everything.
func newCall(body string) *mapping.Call {
	return &mapping.Call{
		Body:           body,
		Path:           value.MapOf("id", "42", "both", "of the path"),
		Querystring:    value.MapOf("q", "it's", "both", "of the query"),
		Header:         value.MapOf("Content-Type", "application/json", "x-key", "k"),
		StageVariables: value.MapOf("env", "prod"),
		Context: mapping.NewContext(value.MapOf(
			"apiId", "abcd1234", "httpMethod", "POST", "stage", "prod",
			"identity", value.MapOf("sourceIp", "192.0.2.1", "user", nil),
			"requestTimeEpoch", int64(1700000000000))),
	}
}

func render(t *testing.T, src string, c *mapping.Call) string {
	t.Helper()
	tmpl, err := mapping.Parse(src)
	if err != nil {
		t.Fatalf("Parse(%q): %v", src, err)
	}
	out, err := tmpl.Render(c)
	if err != nil {
		t.Fatalf("Render(%q): %v", src, err)
	}
	return out
}

// TestRecordedAnswers holds what API Gateway itself answered to templates like
// these: undefined references are empty strings, macros and #evaluate are not
// there, and the rest is Velocity 1.7.
func TestRecordedAnswers(t *testing.T) {
	for _, tt := range []struct{ name, template, body, want string }{
		{"an undefined reference prints nothing", `Hello $name`, ``, `Hello `},
		{"a missing property prints nothing", ` $input.path('$').name `, `{"items": "1"}`, `  `},
		{"a condition on nothing holds", `#if($nope)yes#end#if($a.b.c)yes#{else}no#end`, ``, `yesyes`},
		{"so does one on null", `#set($x = $input.path('$.x'))#if($x)yes#end`, `{"x": null}`, `yes`},
		{"its negation does not", `#set($x = $input.path('$.x'))#if(!$x)yes#end`, `{"x": null}`, ``},
		{"false does not", `#set($x = $input.path('$.x'))#if($x)yes#{else}no#end`, `{"x": false}`, `no`},
		{"null in a map prints nothing", `#set($m = {})#set($i = $m.put('k', null))#if("$m.k" == "")none#{else}some#end`, ``, `none`},
		{"a missing value is null and empty at once",
			`#set($b = $input.path('$.body')){"body": $b, "isNull": "#if($b == $null)true#{else}false#end", "isEmptyString": "#if($b == '')true#{else}false#end"}`,
			``, `{"body": , "isNull": "true", "isEmptyString": "true"}`},
		{"so is null", `#set($b = $input.path('$.body'))$b#if($b == $null)1#end#if($b == '')2#end`, `{"body": null}`, `12`},
		{"an empty list is neither", `#set($b = $input.path('$.body'))$b#if($b == $null)1#end#if($b == '')2#end`, `{"body": []}`, `[]`},
		{"#macro defines nothing", `#macro(m $x)$x#end#m(5)`, ``, `#m(5)`},
		{"#evaluate is text", `#set($s = "abc")#evaluate($s)`, ``, `#evaluate($s)`},
		{"#return is text", `#set($v = {"a" : "b"})#return($v)`, ``, `#return($v)`},
		{"#stop ends the template", `hello #stop world`, ``, `hello `},
		{"#define can be used", `#define($d)hi#end$d()$d()`, ``, `hi()hi()`},
		{"older counters are there", `#foreach($i in [1, 2, 3])$velocityCount#if($velocityHasNext),#end#end`, ``, `1,2,3`},
		{"an indented #set leaves its blanks", "\n    #set($m = {\n  \"a\": 1\n})\n    {", ``, "\n        {"},
		{"a comma after a range of descending numbers", `#foreach($v in [2..-2])$v,#end`, ``, `2,1,0,-1,-2,`},
		{"division of decimals", `#set($a = 100.0 / 50)$a`, ``, `2.0`},
		{"decimals that begin with a point", `#set($x = .5*.1)$x`, ``, `0.05`},
		{"put returns what was there", `#set($d = $input.path('$.d'))#set($i = $d.put('k', 'new'))$i - $d.k`, `{"d": {"k": "initial"}}`, `initial - new`},
		{"a map prints as Java", `$input.path('$')`, `{"bigger": "dict", "to": "test"}`, `{bigger=dict, to=test}`},
		{"a list prints as JSON", `$input.path('$')`, `[{"foo": "bar"}]`, `[{"foo":"bar"}]`},
		{"a list in a map prints as JSON", `$input.path('$').toString()`, `{"foo": [{"nested": "bar"}]}`, `{foo=[{"nested":"bar"}]}`},
		{"a map in a list prints as Java once it is taken out", `$input.path('$[0]')`, `[{"foo": "bar"}]`, `{foo=bar}`},
		{"the body is as it came", `Action=SendMessage&MessageBody=$input.body`, `{"some": "value"}`, `Action=SendMessage&MessageBody={"some": "value"}`},
		{"the body need not be JSON", `$input.body`, `some raw data`, `some raw data`},
		{"an empty body is an object", `$input.body`, ``, `{}`},
		{"the body has no members", `$input.body.some`, `{"some": "value"}`, ``},
		{"the body in a form", `EncodedBody=$util.urlEncode($input.body)&EncodedBodyAccess=$util.urlEncode($input.body.some)`, `{"some": "value"}`, `EncodedBody=%7B%22some%22%3A+%22value%22%7D&EncodedBodyAccess=`},
		{"an empty body in a form", `EncodedBody=$util.urlEncode($input.body)`, ``, `EncodedBody=%7B%7D`},
		{"what is no text escapes to nothing", `"$util.escapeJavaScript($context.identity)""$util.escapeJavaScript($context.requestOverride.header)"`, ``, `""""`},
		{"null escapes to nothing", `"$util.escapeJavaScript($context.identity.get('user'))"`, ``, `""`},
		{"the members of the overrides", `$context.requestOverride.keySet() $context.responseOverride.keySet() $context.authorizer.keySet()`, ``, `[header, path, querystring] [header] `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := render(t, tt.template, newCall(tt.body)); got != tt.want {
				t.Errorf("%s\nrenders  %q\nAWS says %q", tt.template, got, tt.want)
			}
		})
	}
}

func TestRecordedRefusals(t *testing.T) {
	for _, tt := range []struct{ name, template string }{
		{"a dollar at the end", "Hello $"},
		{"an escaped quote in a string", `#set($name = "\"batman\"")$name`},
		{"too many #end", "#if(1)true!#end #end "},
		{"an open brace", "Hello ${name."},
		{"a file", `#include("x.vtl")`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var at *vtl.ParseError
			if _, err := mapping.Parse(tt.template); !errors.As(err, &at) {
				t.Errorf("Parse(%q) = %v, want a ParseError", tt.template, err)
			}
		})
	}
}

func TestInput(t *testing.T) {
	const pets = `{"pets": [{"id": 1, "name": "Rex"}, {"id": 2, "name": "Max"}], "n": 5, "f": 1.50, "s": "a\"b/c", "t": true, "z": null, "e": {}, "u": "http://x/y"}`
	for _, tt := range []struct{ name, template, body, want string }{
		{"json of everything", `$input.json('$')`, `{ "b": [1, 2],  "a": "x" }`, `{"b":[1,2],"a":"x"}`},
		{"json of a string is quoted", `$input.json('$.s')`, pets, `"a\"b/c"`},
		{"json of a number", `$input.json('$.n') $input.json('$.f')`, pets, `5 1.5`},
		{"json of true and null", `$input.json('$.t') $input.json('$.z')`, pets, `true null`},
		{"json of an object", `$input.json('$.pets[1]') $input.json('$.e')`, pets, `{"id":2,"name":"Max"} {}`},
		{"json of a list", `$input.json('$.pets[*].name')`, pets, `["Rex","Max"]`},
		{"json of what is not there", `$input.json('$.nope') $input.json('$.nope.deeper') $input.json('$.pets[9]')`, pets, `"" "" ""`},
		{"json of an indefinite path that finds nothing", `$input.json('$..nope') $input.json('$.pets[?(@.id > 5)]')`, pets, `[] []`},
		{"json of a filter", `$input.json("$.pets[?(@.name == 'Max')].id")`, pets, `[2]`},
		{"json of an empty body", `$input.json('$') $input.json('$.x')`, ``, `{} ""`},
		{"json of a form", `$input.json('$')`, `a=1&b=2`, `"a=1&b=2"`},
		{"json with a path from a variable", `#foreach($i in [0..1])$input.json("$.pets[$i].name")#end`, pets, `"Rex""Max"`},
		{"path of a string", `$input.path('$.s')`, pets, `a"b/c`},
		{"path of a list prints its slashes escaped", `$input.path('$..u')`, pets, `["http:\/\/x\/y"]`},
		{"path and properties", `$input.path('$').pets[0].name $input.path('$.pets').size() $input.path('$').n`, pets, `Rex 2 5`},
		{"path and arithmetic", `#set($n = $input.path('$.n') + 1)$n`, pets, `6`},
		{"path of what is not there", `[$input.path('$.nope')][$input.path('$.nope.x.y')]`, pets, `[][]`},
		{"size of what is not there", `[$input.path('$.nope').size()]`, pets, `[]`},
		{"path in a loop", `#foreach($p in $input.path('$.pets'))$p.id:$p.name#if($foreach.hasNext),#end#end`, pets, `1:Rex,2:Max`},
		{"a loop over nothing", `[#foreach($p in $input.path('$.nope'))x#end]`, pets, `[]`},
		{"path without dollar", `$input.path('n')`, pets, `5`},
		{"path of an empty body", `[$input.path('$')]`, ``, `[]`},
		{"what a template puts in is found", `#set($d = $input.path('$'))#set($d.new = "x")#set($i = $d.pets.add(3))$input.json('$.new') $input.json('$.pets[2]')`, pets, `"x" 3`},
		{"params of each place", `$input.params('id') $input.params('q') $input.params('x-key')`, ``, `42 it's k`},
		{"params prefers the path", `$input.params('both')`, ``, `of the path`},
		{"params of what is not there", `[$input.params('nope')]`, ``, `[]`},
		{"params by place", `$input.params().path.id $input.params().querystring.get('q') $input.params().header.get('Content-Type')`, ``, `42 it's application/json`},
		{"params prints", `$input.params()`, ``, `{path={id=42, both=of the path}, querystring={q=it's, both=of the query}, header={Content-Type=application/json, x-key=k}}`},
		{"params of a missing place", `[$input.params().nope]`, ``, `[]`},
		{"no such member", `[$input.nope][$input.nope()][$input.path()][$input.path(1)]`, ``, `[][][][]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := render(t, tt.template, newCall(tt.body)); got != tt.want {
				t.Errorf("%s\nrenders %q\nwant    %q", tt.template, got, tt.want)
			}
		})
	}
}

func TestUtil(t *testing.T) {
	for _, tt := range []struct{ name, template, body, want string }{
		{"escapeJavaScript", `$util.escapeJavaScript($input.body)`, "it's \"q\" \\ / \n\r\t\b\f \u0001\u007f\u0080é€😀<>&",
			`it\'s \"q\" \\ \/ \n\r\t\b\f \u0001` + "\u007f" + `\u0080\u00E9\u20AC\uD83D\uDE00<>&`},
		{"escapeJavaScript of JSON", `"$util.escapeJavaScript($input.json('$.m'))"`, `{"m": "x"}`, `"\"x\""`},
		{"single quotes taken back", `$util.escapeJavaScript($input.params('q')).replaceAll("\\'", "'")`, ``, `it's`},
		{"escapeJavaScript of a number", `$util.escapeJavaScript($input.path('$.n'))`, `{"n": 5}`, `5`},
		{"parseJson", `#set($o = $util.parseJson('{"a": {"b": [1, 2]}}'))$o.a.b[1] $o`, ``, `2 {a={b=[1,2]}}`},
		{"parseJson of a string in the body", `$util.parseJson($input.path('$.inner')).x`, `{"inner": "{\"x\": 7}"}`, `7`},
		{"parseJson of a scalar", `$util.parseJson('5') $util.parseJson('true') $util.parseJson('"s"')`, ``, `5 true s`},
		{"parseJson of nothing", `[$util.parseJson('')]`, ``, `[]`},
		{"urlEncode", `$util.urlEncode($input.body)`, "a b+c/d?e=f&g é😀~*-_.!'()\n", `a+b%2Bc%2Fd%3Fe%3Df%26g+%C3%A9%F0%9F%98%80%7E*-_.%21%27%28%29%0A`},
		{"urlDecode", `$util.urlDecode('a+b%20c%C3%A9')`, ``, `a b cé`},
		{"urlDecode of no UTF-8", `$util.urlDecode('%ff')`, ``, "\uFFFD"},
		{"base64Encode", `$util.base64Encode('Hello, Wörld!')`, ``, `SGVsbG8sIFfDtnJsZCE=`},
		{"base64Decode", `$util.base64Decode('SGVsbG8sIFfDtnJsZCE=') $util.base64Decode('SGk') $util.base64Decode('S G\k')`, ``, `Hello, Wörld! Hi Hi`},
		{"base64 there and back", `$util.base64Decode($util.base64Encode($input.body))`, "\u0000\n€", "\u0000\n€"},
		{"no such function", `[$util.nope('x')][$util.urlEncode()][$util.urlEncode('a', 'b')]`, ``, `[][][]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := render(t, tt.template, newCall(tt.body)); got != tt.want {
				t.Errorf("%s\nrenders %q\nwant    %q", tt.template, got, tt.want)
			}
		})
	}
}

func TestContext(t *testing.T) {
	got := render(t, `$context.apiId $context.identity.sourceIp [$context.identity.user] [$context.nope.x] $context.requestTimeEpoch $stageVariables.env ${stageVariables.env}1 $stageVariables.get('env') [$stageVariables.nope]`, newCall(""))
	const want = `abcd1234 192.0.2.1 [] [] 1700000000000 prod prod1 prod []`
	if got != want {
		t.Errorf("renders %q, want %q", got, want)
	}
}

func TestOverridesGoFromTemplateToTemplate(t *testing.T) {
	c := newCall(`{"statusCode": 200}`)
	got := render(t, `#set($context.requestOverride.header.x-one = "1")
#set($context.requestOverride.header.many = ["a", 2])
#set($context.requestOverride.path.id = $input.params('id'))
#set($context.requestOverride.querystring['a b'] = 7)
#set($context.responseOverride.status = 404)
$context.requestOverride.path.id`, c)
	if got != "42" {
		t.Errorf("the request template renders %q", got)
	}
	got = render(t, `#set($context.responseOverride.header.ETag = "tag")
#if($context.requestOverride.path.id == "42")seen#end`, c)
	if got != "seen" {
		t.Errorf("the response template renders %q", got)
	}
	want := mapping.Overrides{
		RequestHeader:      []mapping.Override{{Name: "x-one", Values: []string{"1"}}, {Name: "many", Values: []string{"a", "2"}}},
		RequestPath:        []mapping.Override{{Name: "id", Values: []string{"42"}}},
		RequestQuerystring: []mapping.Override{{Name: "a b", Values: []string{"7"}}},
		ResponseHeader:     []mapping.Override{{Name: "ETag", Values: []string{"tag"}}},
		Status:             404,
	}
	if o := c.Context.Overrides(); !reflect.DeepEqual(o, want) {
		t.Errorf("Overrides = %+v\nwant        %+v", o, want)
	}
}

func TestOverridesSurviveNonsense(t *testing.T) {
	c := newCall("")
	render(t, `#set($context.requestOverride = 5)#set($context.responseOverride.header = "x")#set($context.responseOverride.status = "many")`, c)
	if o := c.Context.Overrides(); !reflect.DeepEqual(o, mapping.Overrides{}) {
		t.Errorf("Overrides = %+v, want none", o)
	}
}

func TestRenderFails(t *testing.T) {
	for _, tt := range []struct{ name, template, body, message string }{
		{"a body that is broken JSON", `$input.json('$')`, `{"a": `, "json"},
		{"a path that is none", `$input.path('$[')`, `{}`, "JSONPath"},
		{"parseJson of broken JSON", `$util.parseJson('{"a"')`, ``, "json"},
		{"urlDecode of a broken escape", `$util.urlDecode('%zz')`, ``, "URLDecoder"},
		{"an index out of range", `$input.path('$')[3]`, `[1]`, "IndexOutOfBounds"},
		{"too many rounds", `#foreach($i in [1..1001])x#end`, ``, "Loop of 1000"},
		{"searches without end", `#foreach($i in [1..1000])#set($x = $input.path('$..*..*..*'))#end`, strings.Repeat("[", 100) + strings.Repeat("]", 100), "steps"},
		{"decoding without end", `#set($s = $input.body)#foreach($i in [1..1000])#set($x = $util.base64Decode($s))#end`, strings.Repeat("!", 1<<20), "read more text"},
		{"compiling without end", `#foreach($i in [1..1000])#foreach($j in [1..1000])#set($x = $input.path("$[?(@ =~ /a{$i}b{$j}/)]"))#end#end`, `[]`, "steps"},
		{"a map in its own key", `#set($l = $input.path('$'))#set($m = {})#set($x = $m.put($l, 1))#set($x = $l.add($m))$l`, `[1]`, "nested too deeply"},
		{"parsing without end", `#set($s = $input.body)#foreach($i in [1..1000])#set($x = $util.parseJson($s))#end`, "[" + strings.Repeat(" ", 1<<20) + "]", "read more text"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tmpl, err := mapping.Parse(tt.template)
			if err != nil {
				t.Fatal(err)
			}
			out, err := tmpl.Render(newCall(tt.body))
			var at *vtl.RenderError
			if !errors.As(err, &at) || !strings.Contains(err.Error(), tt.message) {
				t.Errorf("Render = %.60q, %v, want an error about %s", out, err, tt.message)
			}
		})
	}
}

func TestRenderNeedsNothing(t *testing.T) {
	if got := render(t, `$input.body $input.params('x') $context.x $stageVariables.y ok`, &mapping.Call{}); got != "{}    ok" {
		t.Errorf("renders %q", got)
	}
}

func FuzzRender(f *testing.F) {
	f.Add(`$input.json('$.a[0]')`, `{"a": [1]}`)
	f.Add(`#foreach($k in $input.path('$').keySet())$util.escapeJavaScript($k)#end`, `{"a'b": 1}`)
	f.Add(`$util.urlDecode($input.body)$util.base64Decode($input.body)`, `%41=`)
	f.Add(`#set($context.requestOverride.header.x = $util.parseJson($input.body))`, `[1]`)
	f.Fuzz(func(t *testing.T, src, body string) {
		tmpl, err := mapping.Parse(src)
		if err != nil {
			return
		}
		c := newCall(body)
		_, _ = tmpl.Render(c)
		c.Context.Overrides()
	})
}

const passthrough = `#set($allParams = $input.params())
{
"body-json" : $input.json('$'),
"params" : {
#foreach($type in $allParams.keySet())
    #set($params = $allParams.get($type))
"$type" : {
    #foreach($paramName in $params.keySet())
    "$paramName" : "$util.escapeJavaScript($params.get($paramName))"
        #if($foreach.hasNext),#end
    #end
}
    #if($foreach.hasNext),#end
#end
},
"context" : {
    "stage" : "$context.stage",
    "source-ip" : "$context.identity.sourceIp"
    }
}`

func BenchmarkRender(b *testing.B) {
	for _, bb := range []struct{ name, template, body string }{
		{"mock", `{"statusCode": 200}`, ``},
		{"two references", `{"id": "$input.params('id')", "name": $input.json('$.name')}`, `{"name": "Rex", "tags": ["a", "b"]}`},
		{"list", `[#foreach($p in $input.path('$.pets')){"id": $p.id, "name": "$p.name"}#if($foreach.hasNext),#end#end]`,
			`{"pets": [` + strings.Repeat(`{"id": 1, "name": "Rex"},`, 19) + `{"id": 2, "name": "Max"}]}`},
		{"passthrough", passthrough, `{"name": "Rex", "tags": ["a", "b"]}`},
	} {
		tmpl, err := mapping.Parse(bb.template)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(bb.name, func(b *testing.B) {
			c := newCall(bb.body)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := tmpl.Render(c); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(passthrough)))
	for b.Loop() {
		if _, err := mapping.Parse(passthrough); err != nil {
			b.Fatal(err)
		}
	}
}
