// Command managedpolicies packs the policies that AWS manages into the form in
// which internal/service/iam/managed carries them.
//
//	go run ./tools/managedpolicies -in aws-managed-policies.json
//
// The input is one JSON object: the name of each policy, and its Path,
// CreateDate, UpdateDate, DefaultVersionId and Document as AWS publishes them.
// The output depends on nothing but the input. pack.go describes its form.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	in := flag.String("in", "", "the policies as JSON")
	out := flag.String("out", "internal/service/iam/managed/policies.bin", "the file to write")
	flag.Parse()
	if err := run(*in, *out); err != nil {
		fmt.Fprintln(os.Stderr, "managedpolicies:", err)
		os.Exit(1)
	}
}

func run(in, out string) error {
	src, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	packed, count, err := pack(src)
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	if err := os.WriteFile(out, packed, 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d policies, %d bytes from %d\n", out, count, len(packed), len(src))
	return nil
}
