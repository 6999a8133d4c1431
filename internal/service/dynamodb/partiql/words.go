package partiql

import "strings"

// The words and operators of AWS's published parser. A name that is one of the
// keywords has to stand in double quotes.
var (
	operatorWords = wordSet("and or not is in like between union except intersect")
	plainWords    = wordSet("as at by for asc desc")
	keywords      = wordSet(sqlWords + partiqlWords)
	dmlWords      = wordSet("insert_into set remove")
	selectWords   = wordSet("insert_into set remove update delete select from where")
	functionWords = wordSet(`exists count avg max min sum char_length character_length octet_length bit_length
		upper lower size sexp list bag`)
	aggregates = wordSet("count avg max min sum")
)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// typeAliases are the types that have another name.
var typeAliases = map[string]string{"varchar": "character_varying", "char": "character", "dec": "decimal", "int": "integer",
	"int2": "smallint", "integer2": "smallint", "int4": "integer4", "int8": "integer8", "bigint": "integer8", "bool": "boolean"}

// typeParameters are the types, with how many parameters they take at most.
var typeParameters = map[string]int{"missing": 0, "null": 0, "boolean": 0, "smallint": 0, "integer4": 0, "integer8": 0, "integer": 0,
	"float": 1, "real": 0, "double_precision": 0, "decimal": 2, "numeric": 2, "timestamp": 0, "date": 0, "time": 1, "character": 1,
	"character_varying": 1, "string": 0, "symbol": 0, "clob": 0, "blob": 0, "struct": 0, "tuple": 0, "list": 0, "sexp": 0, "bag": 0,
	"any": 0}

type meaning struct {
	kind tokenKind
	text string
}

// severalWords are the tokens that consist of several words.
var severalWords = map[string]meaning{
	"not in": {tokOperator, "not_in"}, "is not": {tokOperator, "is_not"}, "not between": {tokOperator, "not_between"},
	"not like": {tokOperator, "not_like"}, "intersect all": {tokOperator, "intersect_all"},
	"except all": {tokOperator, "except_all"}, "union all": {tokOperator, "union_all"},
	"character varying": {tokKeyword, "character_varying"}, "double precision": {tokKeyword, "double_precision"},
	"insert into": {tokKeyword, "insert_into"}, "on conflict": {tokKeyword, "on_conflict"}, "do nothing": {tokKeyword, "do_nothing"},
	"modified old": {tokKeyword, "modified_old"}, "modified new": {tokKeyword, "modified_new"},
	"all old": {tokKeyword, "all_old"}, "all new": {tokKeyword, "all_new"},
	"cross join": {tokKeyword, "cross_join"}, "inner join": {tokKeyword, "join"}, "inner cross join": {tokKeyword, "cross_join"},
	"left join": {tokKeyword, "join"}, "left outer join": {tokKeyword, "join"}, "left cross join": {tokKeyword, "cross_join"},
	"left outer cross join": {tokKeyword, "cross_join"}, "right join": {tokKeyword, "join"}, "right outer join": {tokKeyword, "join"},
	"right cross join": {tokKeyword, "cross_join"}, "right outer cross join": {tokKeyword, "cross_join"},
	"full join": {tokKeyword, "join"}, "outer join": {tokKeyword, "join"}, "full outer join": {tokKeyword, "join"},
	"full cross join": {tokKeyword, "cross_join"}, "outer cross join": {tokKeyword, "cross_join"},
	"full outer cross join": {tokKeyword, "cross_join"},
}

const maxWords = 4

// precedences of the operators between two operands: the higher binds closer.
var precedences = map[string]int{
	"intersect": 5, "intersect_all": 5, "except": 5, "except_all": 5, "union": 5, "union_all": 5,
	"or": 10, "and": 20,
	"=": 40, "<>": 40, "is": 40, "is_not": 40, "in": 40, "not_in": 40,
	"<": 50, "<=": 50, ">": 50, ">=": 50, "between": 50, "not_between": 50, "like": 50, "not_like": 50,
	"+": 60, "-": 60, "||": 60,
	"*": 70, "/": 70, "%": 70,
}

const (
	selectPrecedence = 6 // what a clause of SELECT leaves to the query around it
	notPrecedence    = 30
)

const sqlWords = `
absolute action add all allocate alter and any are as asc assertion at authorization avg begin between bit bit_length by
cascade cascaded case cast catalog char character character_length char_length check close coalesce collate collation column
commit connect connection constraint constraints continue convert corresponding count create cross current current_date
current_time current_timestamp current_user cursor date deallocate dec decimal declare default deferrable deferred delete desc
describe descriptor diagnostics disconnect distinct domain double drop else end end-exec escape except exception exec execute
exists external extract date_add date_diff false fetch first float for foreign found from full get global go goto grant group
having identity immediate in indicator initially inner input insensitive insert int integer intersect interval into is
isolation join key language last left level like local lower match max min module names national natural nchar next no not null
nullif numeric octet_length of on only open option or order outer output overlaps pad partial position precision prepare
preserve primary prior privileges procedure public read real references relative restrict revoke right rollback rows schema
scroll section select session session_user set size smallint some space sql sqlcode sqlerror sqlstate substring sum system_user
table temporary then time timestamp to transaction translate translation trim true union unique unknown update upper usage user
using value values varchar varying view when whenever where with work write zone
`

const partiqlWords = `
can_cast can_lossless_cast missing pivot unpivot limit offset tuple remove index let smallint integer2 int2 integer4 int4
integer8 int8 bigint conflict do nothing returning modified all new old bool boolean string symbol clob blob struct list sexp
bag
`
