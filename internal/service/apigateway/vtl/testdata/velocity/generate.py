#!/usr/bin/env python3
"""Writes the random cases: statements that mostly parse, and tokens in a heap.

The same seed gives the same cases. Usage: generate.py DIRECTORY [SEED [COUNT]]
"""
import random
import sys

REFERENCES = [
    "$name", "${name}", "$!name", "$!{name}", "$nope", "$!nope", "${nope.a}", "$pet.name",
    "$pet.owner.age", "$letters[0]", "$letters[-1]", '$map.get("a")', "$text.substring(1,4)",
    "$one", "$yes", "$no", "$x", "$y", "$!x", "${x}", "$pet.name.length()", "$l",
    "$foreach.index", "$velocityCount", "$letters", "$map", "$\\!name", "\\$name", "\\\\$name",
    "\\$nope", "\\$x", "$name.foo", "$name.foo()", "$pet.gone", "$!pet.gone", "$b", "$m.k",
    '$text.split(" ")[1]', "$$name", "#$name", "$letters.size()", '$map["a"]', "$x.y.z",
]
FRAGMENTS = [
    " ", "\n", "  ", "\t", "text", "a.b", ".", "..", ",", "(", ")", "[", "]", "{", "}", '"',
    "'", "$", "$ ", "$!", "#", "# ", "##", "## c\n", "#* c *#", "#[[ r $x ]]#", "\\", "\\\\",
    "\\#", "\\$", "#foo", "#foo()", "#end", "#else", "-", "!", "@", "%", "1", "1.5", "-1", "true",
    "null", "é", "😀", "$1", "$[", "$![", "#1", "#{", "${", "\\#if", "\\#end",
    "\\\\#if($yes)q#end", "#@w", "#end\n", "#stop", "#break", "#literal()$x#end",
]
CONDITIONS = [
    "$yes", "$no", "$nope", "$x", "$one == 1", "$one > 2", '$name == "World"', "!$no", "!$nope",
    "$yes && $no", "$yes || $no", "($yes)", "1", "true", "false", '"$name" == "World"',
    "$x == $y", "$one + 1 == 2", "not $yes", "$one lt $two and $yes", '$nope == ""', "$nope == $x",
]
VALUES = [
    "1", "-5", "1.5", '"str"', "'raw $x'", '"i $name"', '"$x-$y"', "$name", "$nope", "$one + 1",
    "$one + $x", '"a" + $x', '$x + "b"', "[1,2,3]", "[1..3]", '["a",$x]', '{"k" : 1}', "{}", "[]",
    "true", "$letters.size()", "$text.length() * 2", "$one - 1", "7 / 2", "7 % 3", "5 / 0",
    "($one + 2) * 3", "$one > 0", "!$no", '"#if($yes)z#end"', '"#foreach($q in [1..2])$q#end"',
    "$map", "$pet.name", '"a""b"', "'it''s'", '"\\$x"', '"x$"', "$letters.get(1)", '" # "',
]
LISTS = [
    "$letters", "[1..3]", '["p","q"]', "$map", "$map.keySet()", "$none", "$nope", "$nulls", "$x",
    "$pets", "[3..1]", "$map.entrySet()",
]
TOKENS = [
    "$", "$", "!", "\\", "#", "{", "}", "(", ")", "[", "]", ".", ",", "..", ":", '"', "'", "=", "+",
    "-", "*", "/", "%", "<", ">", "&&", "||", "==", " ", "\n", "name", "x", "pet", "letters", "if",
    "end", "else", "elseif", "set", "foreach", "in", "macro", "define", "stop", "evaluate", "1",
    "2.5", "true", "false", "and", "eq", "not", "@", "##", "#*", "*#", "#[[", "]]#", "#if(",
    "#set($x=", "#end", "$name", "$x", ".size()", ".get(", "#foreach($x in ", "null", "\t",
]


def blank(r):
    return r.choice(["", "", "", " ", "\n", "  ", "\n  ", " \n"])


def block(r, depth):
    return "".join(statement(r, depth) for _ in range(r.randint(0, 4)))


def statement(r, depth):
    dice = r.random()
    if dice < 0.30 or depth == 0 and dice >= 0.68:
        return r.choice(REFERENCES)
    if dice < 0.55:
        return r.choice(FRAGMENTS)
    if dice < 0.68:
        target = r.choice(["$x", "$y", "$m", "$x.k", "$l"])
        return f"#set({blank(r)}{target}{blank(r)}={blank(r)}{r.choice(VALUES)}{blank(r)}){blank(r)}"
    if dice < 0.78:
        s = f"#if{r.choice(['', ' '])}({blank(r)}{r.choice(CONDITIONS)}{blank(r)}){blank(r)}{block(r, depth - 1)}"
        if r.random() < 0.3:
            s += f"#elseif({r.choice(CONDITIONS)}){block(r, depth - 1)}"
        if r.random() < 0.4:
            s += r.choice(["#else", "#{else}", "#else\n", "#else "]) + block(r, depth - 1)
        return s + r.choice(["#end", "#end", "#{end}", "#end\n"])
    if dice < 0.86:
        head = f"#foreach({blank(r)}{r.choice(['$l', '$x', '$i'])} in {r.choice(LISTS)}{blank(r)}){blank(r)}"
        return head + block(r, depth - 1) + r.choice(["#end", "#end\n"])
    if dice < 0.90:
        return f"#define($b){block(r, depth - 1)}#end"
    if dice < 0.94:
        head = f"#macro({r.choice(['m1', 'm2 $p', 'm3 $x'])}){blank(r)}"
        return head + block(r, depth - 1) + r.choice(["$p", "$!x", ""]) + "#end"
    if dice < 0.98:
        return r.choice(["#m1()", "#m2($x)", '#m2("q$y")', "#m3($nope)", "#m3(1)", "#@m2(3)x#end", "#m1", "#m2($letters)\n"])
    return "#evaluate('" + r.choice(["$x", "#set($x = 3)", "#if($yes)e#end", "a$!nope", "#stop", "#m1()"]) + "')"


def write(path, r, count, make):
    with open(path, "w") as f:
        for i in range(count):
            text = make(r)
            if "\n=== " not in "\n" + text:
                f.write(f"=== {i}\n{text}\n")


if __name__ == "__main__":
    directory = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 300
    write(f"{directory}/random_statements.vtl", random.Random(seed), count,
          lambda r: "".join(statement(r, 3) for _ in range(r.randint(1, 6))))
    write(f"{directory}/random_tokens.vtl", random.Random(seed), count,
          lambda r: "".join(r.choice(TOKENS) for _ in range(r.randint(1, 14))))
