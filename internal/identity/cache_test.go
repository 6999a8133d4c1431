package identity

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"cloudless/internal/api"
)

func TestCacheIsBounded(t *testing.T) {
	doc := func(i int) string {
		return document(fmt.Sprintf(`"Action":"s3:A%03d","Resource":"*"`, i))
	}
	c := newCache(10 * len(doc(0)))
	first, err := c.get(doc(0), 0)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		if _, err := c.get(doc(i), 0); err != nil {
			t.Fatal(err)
		}
		if p, _ := c.get(doc(0), 0); p != first {
			t.Fatalf("after %d documents, the one that is used all the time was dropped", i)
		}
	}
	if len(c.entries) != 10 || c.order.Len() != 10 || c.bytes != c.limit {
		t.Errorf("%d entries, %d in order, %d bytes of %d", len(c.entries), c.order.Len(), c.bytes, c.limit)
	}
	if c.find(cacheKey{0, doc(5)}) != nil || c.find(cacheKey{0, doc(99)}) == nil {
		t.Error("not the oldest were dropped")
	}
	if _, err := c.get(strings.Repeat(" ", 99), 0); err == nil || len(c.entries) != 10 {
		t.Errorf("a text that is no document: %v, %d entries", err, len(c.entries))
	}
}

// A decision goes by the documents of the version that counts now.
func TestDocumentsAreCompiledByTheirVersion(t *testing.T) {
	may := Documents{Identity: []string{document(`"Action":"a:*","Resource":"*"`)}, Version: 1}
	mayNot := Documents{Identity: []string{document(`"Action":"b:*","Resource":"*"`)}, Version: 2}
	bounded := Documents{Identity: may.Identity, Boundary: &mayNot.Identity[0], Version: 3}
	unversioned := Documents{Identity: mayNot.Identity}
	p := policies{}
	a := newAuthorizer(p)
	for range 3 {
		for _, tt := range []struct {
			name      string
			documents Documents
			allowed   bool
		}{{"allowed", may, true}, {"no longer", mayNot, false}, {"bounded", bounded, false}, {"without a version", unversioned, false},
			{"allowed without a version", Documents{Identity: may.Identity}, true}, {"gone", Documents{}, false}} {
			p[alice.ARN] = tt.documents
			if err := a.Authorize(t.Context(), callOf(alice), "a:Do", "*"); (err == nil) != tt.allowed {
				t.Errorf("%s: %v", tt.name, err)
			}
		}
	}
	if len(a.bound.known) != 3 {
		t.Errorf("%d versions are kept, want 3", len(a.bound.known))
	}
	for i := range uint64(2 * maxBound) {
		if a.bound.put(i, &bound{}); len(a.bound.known) > maxBound {
			t.Fatalf("%d versions are kept", len(a.bound.known))
		}
	}
}

func TestManyMayAskAtOnce(t *testing.T) {
	p := policies{}
	for i := range 20 {
		p[fmt.Sprintf("arn:aws:iam::000000000000:user/u%d", i)] = Documents{Identity: []string{document(fmt.Sprintf(`"Action":"svc%d:Do","Resource":"*"`, i))}}
	}
	a := newAuthorizer(p)
	a.compiled.limit = 500 // so that documents come and go
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 200 {
				n := (g + i) % 20
				who := api.Principal{Type: api.PrincipalUser, Account: account, ARN: fmt.Sprintf("arn:aws:iam::000000000000:user/u%d", n)}
				if err := a.Authorize(t.Context(), callOf(who), fmt.Sprintf("svc%d:Do", n), "*"); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}
