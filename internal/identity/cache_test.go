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
