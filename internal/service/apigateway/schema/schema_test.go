package schema

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// compileOne compiles a model that stands alone.
func compileOne(t testing.TB, text string) *Schema {
	t.Helper()
	s, err := Compile("api", map[string]string{"M": text}, "M")
	if err != nil {
		t.Fatalf("Compile(%s) = %v", text, err)
	}
	return s
}

// The words are those of json-schema-validator, which AWS uses; those of types,
// enumerations and missing properties were seen in answers of AWS.
func TestValidateTellsWhatIsWrong(t *testing.T) {
	for _, tt := range []struct{ name, schema, body, want string }{
		{"nothing is wrong", `{"type":"object","required":["a"]}`, `{"a":1}`, ``},
		{"an empty body is an empty object", `{"type":"object","required":["b","a"]}`, ``, `object has missing required properties (["a","b"])`},
		{"a wrong type", `{"type":["number","null"]}`, `"a"`, `instance type (string) does not match any allowed primitive type (allowed: ["integer","null","number"])`},
		{"an integer is a number", `{"type":"number"}`, `1`, ``},
		{"1.0 is no integer in draft 4", `{"type":"integer"}`, `1.0`, `instance type (number) does not match any allowed primitive type (allowed: ["integer"])`},
		{"null is no string", `{"properties":{"a":{"type":"string"}}}`, `{"a":null}`, `instance type (null) does not match any allowed primitive type (allowed: ["string"])`},
		{"not in the enumeration", `{"enum":["EUR","GBP"]}`, `"AB"`, `instance value ("AB") not found in enum (possible values: ["EUR","GBP"])`},
		{"numbers of an enumeration are equal by value", `{"enum":[100, 0.5]}`, `1.0e2`, ``},
		{"objects of an enumeration have no order", `{"enum":[{"a":1,"b":[true,null]}]}`, `{"b":[true,null],"a":1.0}`, ``},
		{"too small", `{"minimum":1}`, `0`, `numeric instance is lower than the required minimum (minimum: 1, found: 0)`},
		{"not above", `{"minimum":1,"exclusiveMinimum":true}`, `1.0`, `numeric instance is not strictly greater than the required minimum 1`},
		{"too large", `{"maximum":1}`, `1.5`, `numeric instance is greater than the required maximum (maximum: 1, found: 1.5)`},
		{"not below", `{"maximum":1,"exclusiveMaximum":true}`, `1`, `numeric instance is not strictly lower than the required maximum 1`},
		{"no multiple", `{"multipleOf":0.01}`, `1.005`, `remainder of division is not zero (1.005 / 0.01)`},
		{"a multiple, exactly", `{"multipleOf":0.1}`, `0.3`, ``},
		{"a rule for numbers says nothing of strings", `{"minimum":1}`, `"a"`, ``},
		{"too short, in characters", `{"minLength":3}`, `"éé"`, `string "éé" is too short (length: 2, required minimum: 3)`},
		{"too long", `{"maxLength":1}`, `"ab"`, `string "ab" is too long (length: 2, maximum allowed: 1)`},
		{"no match", `{"pattern":"^[a-z]+$"}`, `"aB"`, `ECMA 262 regex "^[a-z]+$" does not match input string "aB"`},
		{"a match anywhere", `{"pattern":"b"}`, `"abc"`, ``},
		{"a pattern that looks ahead", `{"pattern":"^(?=.*[0-9])(?=.*[a-z]).{2,}$"}`, `"aa"`, `ECMA 262 regex "^(?=.*[0-9])(?=.*[a-z]).{2,}$" does not match input string "aa"`},
		{"a pattern with an escape of Unicode", `{"pattern":"^\\u00e9$"}`, `"é"`, ``},
		{"a pattern of many repetitions", `{"pattern":"^.{1,2048}$"}`, `"a"`, ``},
		{"an address of mail", `{"format":"email"}`, `"nobody"`, `string "nobody" is not a valid email address`},
		{"a time", `{"format":"date-time"}`, `"2026-13-01T00:00:00Z"`, `string "2026-13-01T00:00:00Z" is invalid against requested date format(s) [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]`},
		{"a time that is one", `{"format":"date-time"}`, `"2026-12-01T00:00:00.123+01:00"`, ``},
		{"an IPv4 address", `{"format":"ipv4"}`, `"::1"`, `string "::1" is not a valid IPv4 address`},
		{"an IPv6 address", `{"format":"ipv6"}`, `"1.2.3.4"`, `string "1.2.3.4" is not a valid IPv6 address`},
		{"a host", `{"format":"hostname"}`, `"-a"`, `string "-a" is not a valid hostname`},
		{"a format that draft 4 does not have", `{"format":"uuid"}`, `"x"`, ``},
		{"too few items", `{"minItems":1}`, `[]`, `array is too short: must have at least 1 elements but instance has 0 elements`},
		{"too many items", `{"maxItems":1}`, `[1,2]`, `array is too long: must have at most 1 elements but instance has 2 elements`},
		{"items behind the tuple", `{"items":[{}],"additionalItems":false}`, `[1,2]`, `schema only allows 1 elements in array but instance has 2 elements`},
		{"additionalItems without a tuple say nothing", `{"items":{},"additionalItems":false}`, `[1,2]`, ``},
		{"an item of a tuple", `{"items":[{"type":"string"}]}`, `[1,2]`, `instance type (integer) does not match any allowed primitive type (allowed: ["string"])`},
		{"items that are equal", `{"uniqueItems":true}`, `[{"a":1,"b":2},{"b":2,"a":1.0}]`, `array must not contain duplicate elements`},
		{"1 and true are not equal", `{"uniqueItems":true}`, `[1,true,"1",[1],null,0,false]`, ``},
		{"too few members", `{"minProperties":1}`, `{}`, `object has too few properties (found 0 but schema requires at least 1)`},
		{"too many members", `{"maxProperties":0}`, `{"a":1}`, `object has too many properties (found 1 but schema requires at most 0)`},
		{"unknown members", `{"properties":{"a":{}},"patternProperties":{"^x-":{}},"additionalProperties":false}`, `{"c":1,"a":1,"b":1,"x-y":1}`,
			`object instance has properties which are not allowed by the schema: ["b","c"]`},
		{"a member by its pattern", `{"patternProperties":{"^x":{"type":"string"}}}`, `{"x1":1}`, `instance type (integer) does not match any allowed primitive type (allowed: ["string"])`},
		{"another member", `{"properties":{"a":{}},"additionalProperties":{"type":"string"}}`, `{"a":1,"b":1}`, `instance type (integer) does not match any allowed primitive type (allowed: ["string"])`},
		{"a member that another asks for", `{"dependencies":{"a":["b"]}}`, `{"a":1}`, `property "a" of object has missing property dependencies (schema requires ["b"]; missing: ["b"])`},
		{"a schema that a member asks for", `{"dependencies":{"a":{"required":["b"]}}}`, `{"a":1}`, `object has missing required properties (["b"])`},
		{"allOf", `{"allOf":[{"type":"integer"},{"minimum":2}]}`, `1`, `instance failed to match all required schemas (matched only 1 out of 2)`},
		{"anyOf", `{"anyOf":[{"type":"string"},{"minimum":2}]}`, `1`, `instance failed to match at least one required schema among 2`},
		{"oneOf, none", `{"oneOf":[{"type":"string"},{"minimum":2}]}`, `1`, `instance failed to match exactly one schema (matched 0 out of 2)`},
		{"oneOf, two", `{"oneOf":[{"type":"integer"},{"minimum":1}]}`, `1`, `instance failed to match exactly one schema (matched 2 out of 2)`},
		{"not", `{"not":{"type":"integer"}}`, `1`, `instance matched a schema which it should not have`},
		{"all that is wrong with one value", `{"type":"object","required":["a"],"maxProperties":0}`, `{"b":1}`,
			`object has too many properties (found 1 but schema requires at most 0), object has missing required properties (["a"])`},
		{"its parts are not looked at then", `{"required":["a"],"properties":{"b":{"type":"string"}}}`, `{"b":1}`, `object has missing required properties (["a"])`},
		{"all parts that are wrong", `{"properties":{"a":{"maximum":0},"b":{"maximum":1}}}`, `{"a":1,"b":2}`,
			`numeric instance is greater than the required maximum (maximum: 0, found: 1), numeric instance is greater than the required maximum (maximum: 1, found: 2)`},
		{"rules beside a $ref are none", `{"definitions":{"a":{"type":"string"}},"properties":{"a":{"$ref":"#/definitions/a","maxLength":1}}}`, `{"a":"bb"}`, ``},
		{"a property that is called $ref", `{"properties":{"$ref":{"type":"string"}}}`, `{"$ref":1}`, `instance type (integer) does not match any allowed primitive type (allowed: ["string"])`},
		{"a pointer with escapes", `{"definitions":{"a/b c":{"type":"string"}},"items":{"$ref":"#/definitions/a~1b%20c"}}`, `[1]`, `instance type (integer) does not match any allowed primitive type (allowed: ["string"])`},
		{"the last of two members of one name", `{"properties":{"a":{"type":"string"}}}`, `{"a":1,"a":"x"}`, ``},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := compileOne(t, tt.schema).Validate([]byte(tt.body))
			want := "[" + tt.want + "]"
			if invalid, ok := errors.AsType[*Invalid](err); (tt.want == "") != (err == nil) || tt.want != "" && (!ok || invalid.Error() != want) {
				t.Errorf("Validate(%s) by %s:\n got %v\nwant %s", tt.body, tt.schema, err, want)
			}
		})
	}
}

func TestModelsReferToEachOther(t *testing.T) {
	models := map[string]string{
		"Pet":    `{"type":"object","required":["kind"],"properties":{"kind":{"$ref":"https://apigateway.amazonaws.com/restapis/a1/models/Kinds#/definitions/kind"},"owner":{"$ref":"https://apigateway.amazonaws.com/restapis/a1/models/Person"}}}`,
		"Person": `{"properties":{"pets":{"type":"array","items":{"$ref":"https://apigateway.amazonaws.com/restapis/a1/models/Pet"}}}}`,
		"Kinds":  `{"definitions":{"kind":{"enum":["dog","cat"]}}}`,
	}
	s, err := Compile("a1", models, "Pet")
	if err != nil {
		t.Fatal(err)
	}
	for body, want := range map[string]string{
		`{"kind":"dog"}`: "",
		`{"kind":"cow"}`: `[instance value ("cow") not found in enum (possible values: ["dog","cat"])]`,
		`{"kind":"dog","owner":{"pets":[{"kind":"cat","owner":{"pets":[]}}]}}`:   "",
		`{"kind":"dog","owner":{"pets":[{"kind":"cat","owner":{"pets":[{}]}}]}}`: `[object has missing required properties (["kind"])]`,
	} {
		if err := s.Validate([]byte(body)); (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("Validate(%s) = %v, want %s", body, err, want)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	for _, tt := range []struct{ name, schema, want string }{
		{"what is no JSON", `{`, `model "M" is no JSON`},
		{"what is no schema", `[]`, `a schema has to be an object, not array`},
		{"an unknown type", `{"type":"text"}`, `type has to be`},
		{"required of draft 3", `{"properties":{"a":{"required":true}}}`, `required has to be a list of names`},
		{"exclusiveMinimum of draft 6", `{"exclusiveMinimum":1}`, `exclusiveMinimum has to be true or false`},
		{"a pattern that is none", `{"pattern":"("}`, `pattern "("`},
		{"a reference to nothing", `{"$ref":"#/definitions/a"}`, `nothing at "/definitions/a"`},
		{"a reference to an unknown model", `{"$ref":"https://apigateway.amazonaws.com/restapis/api/models/N"}`, `unknown model "N"`},
		{"a reference to another API", `{"$ref":"https://apigateway.amazonaws.com/restapis/b/models/M"}`, `leads to another API`},
		{"a reference to elsewhere", `{"$ref":"https://example.com/a"}`, `leads to no model of the API`},
		{"an empty allOf", `{"allOf":[]}`, `allOf has to be a list of schemas`},
		{"a step of nothing", `{"multipleOf":0}`, `multipleOf has to be greater than 0`},
		{"a size below zero", `{"minLength":-1}`, `minLength has to be a whole number`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Compile("api", map[string]string{"M": tt.schema}, "M")
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Compile(%s) = %v, want … %s …", tt.schema, err, tt.want)
			}
		})
	}
}

// Each of these would take for ever, all memory or all stack without a bound.
func TestNothingRunsOn(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	doubling := `{"definitions":{"d0":{"type":"string"}`
	chain := `{"definitions":{"d0":{"items":{"$ref":"#"}}`
	for i := 1; i <= 60; i++ {
		doubling += fmt.Sprintf(`,"d%d":{"anyOf":[{"$ref":"#/definitions/d%d"},{"$ref":"#/definitions/d%d"}]}`, i, i-1, i-1)
	}
	for i := 1; i <= 900; i++ {
		chain += fmt.Sprintf(`,"d%d":{"allOf":[{"$ref":"#/definitions/d%d"}]}`, i, i-1)
	}
	for _, tt := range []struct{ name, schema, body, want string }{
		{"alternatives that double at each level", doubling + `},"$ref":"#/definitions/d60"}`, `1`, `instance failed to match at least one required schema among 2`},
		{"a model that looks twice into each part", `{"allOf":[{"items":{"$ref":"#"}},{"items":{"$ref":"#"}}],"type":"array"}`, nested(400), ``},
		{"a model that is itself", `{"$ref":"#"}`, `1`, `references run in a circle`},
		{"a model that contains itself", `{"allOf":[{"$ref":"#"}]}`, `1`, `references run in a circle`},
		{"a long chain at each level of a deep body", chain + `},"allOf":[{"$ref":"#/definitions/d900"}]}`, nested(400), ErrTooComplex.Error()},
		{"a body without end", `{}`, nested(100_000), errTooDeep.Error()},
		{"a body of many values", `{}`, "[" + strings.Repeat("0,", maxValues) + "0]", errTooLarge.Error()},
		{"a number without end", `{"maximum":1}`, `1e1000000000`, errBadNumber.Error()},
		{"a pattern that goes back and forth", `{"items":{"pattern":"^(a+)+(?!.)$"}}`, `["` + strings.Repeat("a", 40) + `!"]`, ErrTooComplex.Error()},
		{"the same value in every alternative", `{"items":{"enum":[` + strings.Repeat(`"x",`, 100) + `1]}}`, "[" + strings.Repeat("1,", 100_000) + "1]", ``},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := compileOne(t, tt.schema).Validate([]byte(tt.body))
			if (tt.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Validate = %.200v, want %q", err, tt.want)
			}
		})
	}
	long := `{"definitions":{"d0":{}`
	for i := 1; i <= 4000; i++ {
		long += fmt.Sprintf(`,"d%d":{"$ref":"#/definitions/d%d"}`, i, i-1)
	}
	if _, err := Compile("api", map[string]string{"M": long + `},"$ref":"#/definitions/d4000"}`}, "M"); err == nil {
		t.Error("a chain of 4,000 references is compiled")
	}
}

func TestReasonsAreShort(t *testing.T) {
	body := "[" + strings.TrimSuffix(strings.Repeat(`"`+strings.Repeat("é", 10_000)+`",`, 100), ",") + "]"
	err := compileOne(t, `{"items":{"maxLength":1}}`).Validate([]byte(body))
	if err == nil || len(err.Error()) > maxReasons*(maxClip+200) {
		t.Errorf("a message of %d bytes", len(fmt.Sprint(err)))
	}
}
