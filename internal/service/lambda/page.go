package lambda

import (
	"errors"

	"cloudless/internal/storage/kv"
)

// maxPage is how many entries a page of a list has at most.
const maxPage = 50

// page is a part of a list.
type page struct {
	limit int
	after string // the marker that was given
	next  string // the marker to give; "" at the end of the list
}

func newPage(marker *string, maxItems *int64) page {
	p := page{limit: maxPage}
	if maxItems != nil {
		p.limit = min(p.limit, int(*maxItems))
	}
	if marker != nil {
		p.after = *marker
	}
	return p
}

// marker returns the marker of the next page, or nil.
func (p *page) marker() *string {
	if p.next == "" {
		return nil
	}
	return &p.next
}

// from is the range from a key on, or all of it if no marker was given.
func (p *page) from(all kv.Range, key []byte) kv.Range {
	if p.after != "" {
		all.Start = key
	}
	return all
}

// eachRecord calls show with the records in a range, until the page is full or
// show returns another error.
func eachRecord[T any](r kv.Reader, in kv.Range, show func(*T) error) error {
	for pair, err := range r.Scan(in) {
		if err != nil {
			return err
		}
		record := new(T)
		if err := decodeRecord(pair.Value, record); err != nil {
			return err
		}
		switch err := show(record); {
		case errors.Is(err, errPageFull):
			return nil
		case err != nil:
			return err
		}
	}
	return nil
}
