package expr

import (
	"strings"
	"testing"

	"cloudless/internal/service/dynamodb/attr"
)

func TestUpdates(t *testing.T) {
	base := map[string]av{"n": num("10"), "s": str("x"), "l": list(num("0"), num("1")), "m": doc(map[string]av{"k": num("1")}), "ss": strings_("a", "b"), "ns": numbers("1")}
	values := map[string]av{":1": num("1"), ":5": num("5"), ":s": str("new"), ":l": list(num("9")), ":set": strings_("b", "c"), ":all": strings_("a", "b"), ":ns": numbers("2")}
	for _, tt := range []struct{ text, want string }{
		{"SET s = :s", "s:S new"},
		{"set n = n + :5, s = n", "n:N 15 s:N 10"},
		{"SET n = n - :1", "n:N 9"},
		{"SET n = (n + :5)", "n:N 15"},
		{"SET q = if_not_exists(q, :1), n = if_not_exists(n, :1)", "q:N 1"},
		{"SET q = if_not_exists(q, :1) + :5", "q:N 6"},
		{"SET l = list_append(l, :l)", "l:[N 0 N 1 N 9]"},
		{"SET q = list_append(if_not_exists(q, :l), l)", "q:[N 9 N 0 N 1]"},
		{"SET l[1] = :5, l[7] = :s", "l:[N 0 N 5 S new]"},
		{"SET m.#new.k = :1", "!The document path provided in the update expression is invalid for update"},
		{"SET m.#new = :1", "m:{k:N 1 new:N 1}"},
		{"REMOVE s, l[0], m.k SET q = :1", "l:[N 1] m:{} q:N 1 -s"},
		{"REMOVE nosuch, l[9]", ""},
		{"ADD n :5, q :1, ss :set, ns2 :ns", "n:N 15 ns2:[2] q:N 1 ss:[a b c]"},
		{"DELETE ss :set, q :set", "ss:[a]"},
		{"DELETE ss :all", "-ss"},
		{"SET q = nosuch", "!The provided expression refers to an attribute that does not exist in the item"},
		{"SET q = nosuch + :1", "!The provided expression refers to an attribute that does not exist in the item"},
		{"SET q = s + :1", "!An operand in the update expression has an incorrect data type"},
		{"SET q = list_append(l, s)", "!An operand in the update expression has an incorrect data type"},
		{"ADD s :1", "!An operand in the update expression has an incorrect data type"},
		{"ADD ss :ns", "!An operand in the update expression has an incorrect data type"},
		{"DELETE n :ns", "!An operand in the update expression has an incorrect data type"},
		{"SET s.x = :1", "!The document path provided in the update expression is invalid for update"},
		{"SET nosuch[0] = :1", "!The document path provided in the update expression is invalid for update"},
		{"REMOVE nosuch.x", "!The document path provided in the update expression is invalid for update"},
	} {
		u, err := NewCache(1).Update(scope(t, names("#new", "new"), values), tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		before := item(t, base)
		after, err := u.Apply(before)
		got := "!" + message(err)
		if err == nil {
			got = changes(before, after)
		}
		if got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.text, got, tt.want)
		}
	}
}

func TestUpdatesRefuse(t *testing.T) {
	values := map[string]av{":1": num("1"), ":s": str("s"), ":l": list()}
	for _, tt := range []struct{ text, want string }{
		{"", "The expression can not be empty;"},
		{"REMOVE " + strings.Repeat("a", 4096), "Expression size has exceeded the maximum allowed size;"},
		{"INVALID SYNTAX HERE", `Syntax error; token: "INVALID", near: "INVALID SYNTAX"`},
		{"SET", `Syntax error; token: "<EOF>", near: "SET"`},
		{"SET a = :1,", `Syntax error; token: "<EOF>", near: ","`},
		{"SET a :1", `Syntax error; token: ":1", near: "a :1"`},
		{"SET a = :1 + :1 + :1", `Syntax error; token: "+", near: ":1 + :1"`},
		{"REMOVE a = :1", `Syntax error; token: "=", near: "a = :1"`},
		{"ADD a b", `Syntax error; token: "b", near: "a b"`},
		{"SET a = :1 b = :1", `Syntax error; token: "b", near: ":1 b ="`},
		{"SET set = :1", `Syntax error; token: "set", near: "SET set ="`},
		{"SET a = :1 SET b = :1", `The "SET" section can only be used once in an update expression;`},
		{"SET name = :1", "Attribute name is a reserved keyword; reserved keyword: name"},
		{"SET a = dog(b)", "Invalid function name; function: dog"},
		{"SET a = size(b)", "The function is not allowed in an update expression; function: size"},
		{"SET #x = :1", "An expression attribute name used in the document path is not defined; attribute name: #x"},
		{"SET a = :x", "An expression attribute value used in expression is not defined; attribute value: :x"},
		{"SET a = :1, a = :s", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]"},
		{"SET a.b = :1 REMOVE a", "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a]"},
		{"SET a.b = :1, a[1] = :1", "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, [1]]"},
		{"ADD a :s", "Incorrect operand type for operator or function; operator: ADD, operand type: STRING"},
		{"DELETE a :1", "Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER"},
		{"SET a = b + :s", "Incorrect operand type for operator or function; operator or function: +, operand type: S"},
		{"SET a = list_append(b, :s)", "Incorrect operand type for operator or function; operator or function: list_append, operand type: S"},
		{"SET a = if_not_exists(:s, :s)", "Operator or function requires a document path; operator or function: if_not_exists"},
		{"SET a = if_not_exists(b, b)", "The first operand must be distinct from the remaining operands for this operator or function; operator: if_not_exists, first operand: [b]"},
		{"SET a = if_not_exists(b)", "Incorrect number of operands for operator or function; operator or function: if_not_exists, number of operands: 1"},
	} {
		_, err := NewCache(1).Update(scope(t, nil, values), tt.text)
		if got, want := message(err), "Invalid UpdateExpression: "+tt.want; got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.text, got, want)
		}
	}
}

// changes tells what differs: new values, then what is gone.
func changes(before, after attr.Item) string {
	var diff []string
	for name, v := range after.All() {
		if !before.Get(string(name)).Equal(v) {
			diff = append(diff, string(name)+":"+showValue(v))
		}
	}
	for name := range before.All() {
		if after.Get(string(name)) == nil {
			diff = append(diff, "-"+string(name))
		}
	}
	return strings.Join(diff, " ")
}
