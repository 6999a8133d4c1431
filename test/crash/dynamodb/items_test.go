package dynamodb

import (
	"encoding/base64"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// item is an item; nil is one that is not there.
type item map[string]types.AttributeValue

// key is the key of an item: sk is a number.
type key struct {
	side int // the table, 0 or 1
	pk   string
	sk   int
}

func (k key) String() string { return fmt.Sprintf("%s/%s/%d", sides[k.side], k.pk, k.sk) }

// attributes returns the key as a request names it.
func (k key) attributes() item { return item{"pk": str(k.pk), "sk": num(k.sk)} }

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func num[N int | int64](n N) types.AttributeValue {
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(int64(n), 10)}
}

// number returns a numeric attribute, which is 0 where there is none.
func (i item) number(name string) int64 {
	v, ok := i[name].(*types.AttributeValueMemberN)
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(v.Value, 10, 64)
	if err != nil {
		panic(err) // only what the test itself wrote is read so
	}
	return n
}

func (i item) text(name string) string {
	v, _ := i[name].(*types.AttributeValueMemberS)
	if v == nil {
		return ""
	}
	return v.Value
}

// keyIn returns the key of an item of a table.
func (i item) keyIn(side int) key { return key{side, i.text("pk"), int(i.number("sk"))} }

// String writes the item in one form only: attributes and members of sets in order.
func (i item) String() string {
	if i == nil {
		return "nothing"
	}
	return canonical(&types.AttributeValueMemberM{Value: i})
}

func canonical(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return strconv.Quote(v.Value)
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberB:
		return "b:" + base64.StdEncoding.EncodeToString(v.Value)
	case *types.AttributeValueMemberBOOL:
		return strconv.FormatBool(v.Value)
	case *types.AttributeValueMemberNULL:
		return "null"
	case *types.AttributeValueMemberSS:
		return fmt.Sprintf("ss:%q", slices.Sorted(slices.Values(v.Value)))
	case *types.AttributeValueMemberNS:
		return fmt.Sprintf("ns:%v", slices.Sorted(slices.Values(v.Value)))
	case *types.AttributeValueMemberBS:
		var members []string
		for _, b := range v.Value {
			members = append(members, string(b))
		}
		slices.Sort(members)
		return fmt.Sprintf("bs:%q", members)
	case *types.AttributeValueMemberL:
		var members []string
		for _, e := range v.Value {
			members = append(members, canonical(e))
		}
		return "[" + strings.Join(members, ",") + "]"
	case *types.AttributeValueMemberM:
		var members []string
		for _, name := range slices.Sorted(maps.Keys(v.Value)) {
			members = append(members, name+":"+canonical(v.Value[name]))
		}
		return "{" + strings.Join(members, ",") + "}"
	}
	return fmt.Sprintf("?%T", v)
}

// invent makes an item of a key, whose version tells it from all others.
func invent(k key, version int64) item {
	i := k.attributes()
	i["v"], i["n"], i["group"], i["body"], i["extra"] = num(version), num(0), group(), body(), extra(version)
	if rand.IntN(3) == 0 {
		i["mark"] = str(mark(version))
	}
	return i
}

// groups is how many partitions of the index by-group have items.
const groups = 5

func group() types.AttributeValue { return str("g" + strconv.Itoa(rand.IntN(groups))) }

func mark(version int64) string { return "m" + strconv.FormatInt(version%7, 10) }

// body is mostly short, sometimes longer than a page of most engines.
func body() types.AttributeValue {
	n := rand.IntN(200)
	if rand.IntN(50) == 0 {
		n = 20_000
	}
	return str(strings.Repeat("x", n))
}

// extra has one of the types, in turn.
func extra(version int64) types.AttributeValue {
	text := strconv.FormatInt(version, 10)
	switch version % 10 {
	case 0:
		return &types.AttributeValueMemberB{Value: []byte{0, 255, byte(version)}}
	case 1:
		return &types.AttributeValueMemberBOOL{Value: version%20 < 10}
	case 2:
		return &types.AttributeValueMemberNULL{Value: true}
	case 3:
		return &types.AttributeValueMemberSS{Value: []string{"b", "a", text}}
	case 4:
		return &types.AttributeValueMemberNS{Value: []string{"-1.5", "0", text}}
	case 5:
		return &types.AttributeValueMemberBS{Value: [][]byte{{1}, {0, 2}, []byte(text)}}
	case 6:
		return &types.AttributeValueMemberL{Value: []types.AttributeValue{str(text), num(version), str("")}}
	case 7:
		return &types.AttributeValueMemberM{Value: item{"deep": &types.AttributeValueMemberM{Value: item{"er": num(version)}}, "": str(text)}}
	case 8:
		return &types.AttributeValueMemberN{Value: "1234567890123456789012345678901234567" + text[len(text)-1:]}
	}
	return str("")
}
