#!/bin/sh
# Evaluates the paths with Jayway JsonPath and replaces golden.txt.
# Needs Maven and a JDK; fetches what it needs into a temporary directory.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<'POM'
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>golden</groupId><artifactId>golden</artifactId><version>1</version><dependencies>
<dependency><groupId>com.jayway.jsonpath</groupId><artifactId>json-path</artifactId><version>2.9.0</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.11</version></dependency>
</dependencies></project>
POM
mvn -q -B -f "$work/pom.xml" dependency:copy-dependencies -DoutputDirectory="$work/lib" >/dev/null
javac -nowarn -encoding UTF-8 -cp "$work/lib/*" -d "$work" Find.java
java -Dfile.encoding=UTF-8 -cp "$work/lib/*:$work" Find documents.json paths.txt golden.txt
