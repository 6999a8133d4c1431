package partiql

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"cloudless/internal/service/dynamodb/attr"
)

// leaves are conditions on keys and others, which random statements combine.
var leaves = []string{"pk = 'a'", "pk = 'b'", "'c' = pk", "pk IN ['a', 'b']", "pk IN ('c', 'd')", "pk > 'a'", "sk = '1'", "sk = '2'", "sk IN ['1', '3']",
	"sk > '1'", "sk >= '2'", "'2' > sk", "sk <= '2'", "sk BETWEEN '1' AND '2'", "begins_with(sk, '1')", "begins_with(sk, '')", "sk <> '1'", "n = 1", "n > 2",
	"n IS MISSING", "contains(sk, '1')", "size(sk) = 1", "attribute_exists(n)"}

func randomCondition(r *rand.Rand, depth int) string {
	if depth == 0 || r.IntN(3) == 0 {
		return leaves[r.IntN(len(leaves))]
	}
	if r.IntN(8) == 0 {
		return "NOT (" + randomCondition(r, depth-1) + ")"
	}
	parts := make([]string, 2+r.IntN(2))
	for i := range parts {
		parts[i] = randomCondition(r, depth-1)
	}
	return "(" + strings.Join(parts, []string{" AND ", " OR "}[r.IntN(2)]) + ")"
}

// Reading by keys is an optimization: it finds what a scan with the whole
// condition as its filter would.
func TestEveryReadFindsWhatItsConditionSays(t *testing.T) {
	var items []attr.Item
	for _, pk := range []string{"a", "b", "c", "d", "e"} {
		for i, sk := range []string{"1", "11", "2", "20", "3"} {
			it := item("pk", str(pk), "sk", str(sk), "n", num(int64(i)))
			if i == 2 {
				it = item("pk", str(pk), "sk", str(sk))
			}
			items = append(items, it)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	keyed := 0
	for range 5000 {
		text := "SELECT * FROM c WHERE " + randomCondition(r, 3)
		s, err := NewCache(1).Statement(text, nil)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		read, err := s.Read(twoKeys)
		if err != nil {
			refused(t, text, err)
			continue
		}
		if !read.FullScan {
			keyed++
		}
		checkRead(t, text, s, items)
	}
	if keyed < 500 {
		t.Errorf("only %d of 5000 statements are read by keys", keyed)
	}
}

func TestRangesComeInTheOrderThatIsAskedFor(t *testing.T) {
	var items []attr.Item
	for _, pk := range []string{"a", "b", "c", "d"} {
		for _, sk := range []string{"1", "11", "2", "20", "3"} {
			items = append(items, item("pk", str(pk), "sk", str(sk), "n", num(1)))
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	ordered := 0
	for range 5000 {
		down := [2]bool{r.IntN(2) == 0, r.IntN(2) == 0}
		words := map[bool]string{true: "DESC", false: "ASC"}
		text := fmt.Sprintf("SELECT * FROM c WHERE %s ORDER BY pk %s, sk %s", randomCondition(r, 3), words[down[0]], words[down[1]])
		s, err := NewCache(1).Statement(text, nil)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if _, err := s.Read(twoKeys); err != nil {
			continue
		}
		found := selected(t, s, items)
		for i := range found[:max(len(found)-1, 0)] {
			c := found[i].Get("pk").Compare(found[i+1].Get("pk"))
			descending := down[0]
			if c == 0 {
				c, descending = found[i].Get("sk").Compare(found[i+1].Get("sk")), down[1]
			}
			if c == 0 || c > 0 != descending {
				t.Fatalf("%s: %s before %s", text, shown(found[i]), shown(found[i+1]))
			}
			ordered++
		}
	}
	if ordered < 1000 {
		t.Errorf("only %d items follow others", ordered)
	}
}
