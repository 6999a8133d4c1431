package dynamodb

import (
	"encoding/json"
	"strings"
	"testing"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

// FuzzItemJSON reads items as requests bring them. What is taken comes back as
// the same bytes; what is not is refused in AWS's terms.
func FuzzItemJSON(f *testing.F) {
	for _, seed := range []string{
		`{"pk":{"S":"a"},"n":{"N":"-1.50e3"},"b":{"B":"AAE="},"t":{"BOOL":true},"z":{"NULL":true}}`,
		`{"l":{"L":[{"S":""},{"M":{"x":{"N":"0"}}}]},"ss":{"SS":["b","a"]},"ns":{"NS":["1.0","2"]},"bs":{"BS":["AA=="]}}`,
		`{"a":{"S":"x","N":"1"}}`, `{"a":{}}`, `{"a":{"SS":[]}}`, `{"a":{"SS":["x","x"]}}`, `{"a":{"N":"1e126"}}`, `{"a":{"N":""}}`,
		`{"":{"S":"no name"}}`, `{"a":{"NS":["1","1.0"]}}`, `{"a":{"NULL":false}}`,
		strings.Repeat(`{"a":{"M":`, 40) + `{}` + strings.Repeat(`}}`, 40),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var item map[string]ddb.AttributeValue
		if json.Unmarshal(text, &item) != nil {
			return
		}
		it, err := attr.FromAPI(item)
		if err != nil {
			if awserr.Code(err) != awserr.CodeValidation {
				t.Fatalf("%s: %v", text, err)
			}
			return
		}
		again, err := attr.FromAPI(it.API())
		if err != nil || string(again) != string(it) {
			t.Fatalf("%s: it is %x, and comes back as %x, %v", text, it, again, err)
		}
		if _, err := attr.Stored(it); err != nil {
			t.Fatalf("%s: what is written cannot be read: %v", text, err)
		}
	})
}

func FuzzSelectToken(f *testing.F) {
	in := &ddb.ExecuteStatementInput{Statement: "SELECT * FROM music"}
	f.Add(newSelectToken(in, 3, attr.NewItem([]attr.Field{{Name: "pk", Value: attr.StringValue("a")}})))
	f.Add(newSelectToken(in, 0, nil))
	f.Add("nonsense")
	f.Fuzz(func(t *testing.T, text string) {
		in := &ddb.ExecuteStatementInput{Statement: in.Statement, NextToken: &text}
		token, err := parseSelectToken(in)
		if err != nil {
			return
		}
		again := newSelectToken(in, token.part, token.last)
		in.NextToken = &again
		if other, err := parseSelectToken(in); err != nil || other.part != token.part || string(other.last) != string(token.last) {
			t.Errorf("token %q is %+v, and comes back as %+v, %v", text, token, other, err)
		}
	})
}
