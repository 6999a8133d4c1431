// Package partiql is the dialect of PartiQL that DynamoDB speaks: SELECT,
// INSERT, UPDATE, DELETE and EXISTS, as ExecuteStatement, BatchExecuteStatement
// and ExecuteTransaction take them.
//
// A statement's text is parsed once, by a [Cache], into a tree that knows no
// parameters. Binding it to the parameters of a request gives a [Statement]: a
// table and, ready to be run, a condition, an item, an update or a projection of
// package expr. What depends on the key of the table is asked for with a [Key]:
// [Statement.Read] says which partitions and ranges a SELECT reads,
// [Statement.Target] which item a write is about and on what condition.
//
// The files divide the work so:
//
//   - lex.go, scan.go, words.go: text to tokens; keywords, operators, types;
//   - parse.go, term.go, select.go, dml.go: tokens to a tree (ast.go), and what a
//     syntax error says; foreign.go, what DynamoDB does not have of the language;
//   - statement.go, write.go, where.go, update.go, value.go, path.go: a tree and
//     parameters to a Statement, and what is wrong with one that can be parsed;
//   - read.go, branch.go, interval.go, ranges.go, order.go: how a SELECT is read;
//   - target.go: which item a write is about.
//
// The promises that others lean on: parsing takes time in proportion to the
// text, whatever the text; binding does no I/O; a SELECT is never read in more
// than fifty parts.
//
// Three sources say what AWS does. AWS's own answers come first: the tests in
// recorded_test.go are such answers. The grammar and the texts of syntax errors
// are those of AWS's published parser (partiql-lang-kotlin, release 0.5, whose
// texts and type names all known answers agree with). What neither shows is as
// in AWS's local edition of DynamoDB; its messages are pinned apart, in
// local_test.go, since that edition is known to differ from AWS in places.
//
// The package knows no tables, no storage and no capacity, and not which
// operation a statement came by.
package partiql
