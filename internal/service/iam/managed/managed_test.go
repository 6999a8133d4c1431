package managed

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTheArticlesPoliciesAreAWSsOwn(t *testing.T) {
	c := New()
	for _, tt := range []struct{ arn, version, created, document string }{
		{
			"arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", "v1", "2015-04-09T15:03:43Z",
			`{"Statement":[{"Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"}`,
		},
		{
			"arn:aws:iam::aws:policy/AdministratorAccess", "v1", "2015-02-06T18:39:46Z",
			`{"Statement":[{"Action":"*","Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"}`,
		},
	} {
		p, err := c.Lookup(tt.arn)
		if err != nil || p == nil {
			t.Fatalf("Lookup(%s) = %v, %v", tt.arn, p, err)
		}
		if p.ARN() != tt.arn || p.DefaultVersion != tt.version || p.Created.Format(time.RFC3339) != tt.created {
			t.Errorf("Lookup(%s) = %+v, want version %s of %s", tt.arn, p, tt.version, tt.created)
		}
		for range 2 { // inflated, and kept
			if doc, err := c.Document(p); err != nil || doc != tt.document {
				t.Errorf("Document(%s) = %s, %v\nwant %s", tt.arn, doc, err, tt.document)
			}
		}
	}
}

func TestLookupKnowsNoOtherNames(t *testing.T) {
	c := New()
	for _, arn := range []string{
		"",
		"AWSLambdaBasicExecutionRole",
		"arn:aws:iam::aws:policy/",
		"arn:aws:iam::aws:policy/NoSuchPolicy",
		"arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole", // the path is missing
		"arn:aws:iam::aws:policy/service-role/AdministratorAccess",
		"arn:aws:iam::aws:policy/administratoraccess",
		"arn:aws:iam::000000000000:policy/AdministratorAccess",
	} {
		if p, err := c.Lookup(arn); p != nil || err != nil {
			t.Errorf("Lookup(%q) = %v, %v, want nothing", arn, p, err)
		}
	}
}

func TestEveryPolicyHasItsDocument(t *testing.T) {
	c := New()
	all, err := c.All()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 1485 {
		t.Errorf("All = %d policies, want 1485 or more", len(all))
	}
	if !slices.IsSortedFunc(all, func(a, b Policy) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("All is not in the order of the names")
	}
	for i := range all {
		p := &all[i]
		if found, err := c.Lookup(p.ARN()); found != p || err != nil {
			t.Errorf("Lookup(%s) = %v, %v", p.ARN(), found, err)
		}
		doc, err := c.Document(p)
		var parsed struct{ Statement any }
		if err != nil || json.Unmarshal([]byte(doc), &parsed) != nil || parsed.Statement == nil {
			t.Errorf("Document(%s) = %.80s, %v", p.Name, doc, err)
		}
	}
}

func TestDamageIsReportedAndNotServed(t *testing.T) {
	for name, b := range map[string][]byte{
		"nothing":         nil,
		"another version": append([]byte("AWSP\x02"), packed[5:]...),
		"cut index":       packed[:1000],
		"cut documents":   packed[:len(packed)-1000],
		"wild index":      append(append([]byte{}, packed[:12]...), "no deflated text at all"...),
	} {
		if _, err := open(b).All(); !errors.Is(err, errPacking) {
			t.Errorf("%s: All = %v, want errPacking", name, err)
		}
	}
}

func BenchmarkFirstDocument(b *testing.B) {
	for b.Loop() {
		c := New()
		p, err := c.Lookup("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Document(p); err != nil {
			b.Fatal(err)
		}
	}
}
