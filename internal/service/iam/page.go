package iam

import (
	"encoding/base64"

	"cloudless/internal/awserr"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// defaultMaxItems is the length of a page when none is asked for.
const defaultMaxItems = 100

// page is the part of a list that a caller wants: up to limit items, those
// that sort behind after.
type page struct {
	after string
	limit int
}

// newPage reads Marker and MaxItems. A marker is the last item of the page
// before, veiled so that nobody makes up their own.
func newPage(marker *string, maxItems *int64) (page, error) {
	p := page{limit: defaultMaxItems}
	if maxItems != nil {
		p.limit = int(*maxItems)
	}
	if marker != nil {
		after, err := base64.URLEncoding.DecodeString(*marker)
		if err != nil || len(after) == 0 {
			return page{}, awserr.Validation("Invalid Marker.")
		}
		p.after = string(after)
	}
	return p, nil
}

// within returns the keys of the page among those that begin with prefix,
// which one string follows. It is open at the end: a cutter tells where to stop.
func (p page) within(prefix []byte) kv.Range {
	r := kv.Prefix(prefix)
	if p.after != "" {
		r.Start = append(keys.AppendString(append([]byte(nil), prefix...), p.after), 0)
	}
	return r
}

// cutter ends a page at its limit, knowing whether more would follow.
type cutter struct {
	limit int
	taken int
	last  string
	more  bool
}

func newCutter(p page) *cutter { return &cutter{limit: p.limit} }

// admits tells whether the item of that sort key is on the page. After the
// first that is not, the page is complete.
func (c *cutter) admits(key string) bool {
	if c.taken == c.limit {
		c.more = true
		return false
	}
	c.taken++
	c.last = key
	return true
}

// marker returns the Marker of the next page, or nil.
func (c *cutter) marker() *string {
	if !c.more {
		return nil
	}
	return new(base64.URLEncoding.EncodeToString([]byte(c.last)))
}

// cut returns one page of items that are sorted by key.
func cut[T any](p page, items []T, key func(T) string) (onPage []T, next *string) {
	c := newCutter(p)
	for _, item := range items {
		if k := key(item); k > p.after {
			if !c.admits(k) {
				break
			}
			onPage = append(onPage, item)
		}
	}
	return onPage, c.marker()
}

// itself is the sort key of a string.
func itself(s string) string { return s }
