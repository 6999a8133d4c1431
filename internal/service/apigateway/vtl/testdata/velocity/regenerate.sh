#!/bin/sh
# Renders the cases with Apache Velocity and replaces the golden files.
# Needs Maven and a JDK; fetches what it needs into a temporary directory.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() { # DIRECTORY GROUP:ARTIFACT:VERSION...
	dir="$work/$1"
	shift
	mkdir -p "$dir/classes"
	{
		echo '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
		echo '<groupId>golden</groupId><artifactId>golden</artifactId><version>1</version><dependencies>'
		for artifact in "$@" net.minidev:json-smart:2.5.0; do
			echo "$artifact" | awk -F: '{print "<dependency><groupId>"$1"</groupId><artifactId>"$2"</artifactId><version>"$3"</version></dependency>"}'
		done
		echo '</dependencies></project>'
	} >"$dir/pom.xml"
	mvn -q -B -f "$dir/pom.xml" dependency:copy-dependencies -DoutputDirectory="$dir/lib" >/dev/null
	javac -nowarn -encoding UTF-8 -cp "$dir/lib/*" -d "$dir/classes" Render.java $sources 2>&1 | grep -v '^Note:' || true
}

./generate.py cases

sources=EmptyReferences.java
fetch 1.7 org.apache.velocity:velocity:1.7
java -Dfile.encoding=UTF-8 -cp "$work/1.7/lib/*:$work/1.7/classes" Render context.json cases golden-1.7 \
	runtime.log.logsystem.class=org.apache.velocity.runtime.log.NullLogChute

# The same with what API Gateway seems to add: see README.md.
java -Dfile.encoding=UTF-8 -cp "$work/1.7/lib/*:$work/1.7/classes" Render context.json cases golden-empty \
	runtime.log.logsystem.class=org.apache.velocity.runtime.log.NullLogChute \
	eventhandler.invalidreferences.class=EmptyReferences \
	velocimacro.permissions.allow.inline=false

# Velocity 2 with every switch that its documentation gives for the behaviour of 1.7.
sources=
fetch 2.4.1 org.apache.velocity:velocity-engine-core:2.4.1 org.slf4j:slf4j-nop:1.7.36
java -Dfile.encoding=UTF-8 -cp "$work/2.4.1/lib/*:$work/2.4.1/classes" Render context.json cases golden-2.4.1 \
	introspector.conversion_handler.class=none \
	parser.space_gobbling=bc \
	directive.if.empty_check=false \
	parser.allow_hyphen_in_identifiers=true \
	velocimacro.enable_bc_mode=true \
	event_handler.invalid_references.quiet=true \
	event_handler.invalid_references.null=true \
	event_handler.invalid_references.tested=true
