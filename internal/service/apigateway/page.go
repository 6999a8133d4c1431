package apigateway

import (
	"encoding/base64"

	agw "cloudless/internal/api/apigateway"
)

// The sizes of a page.
const (
	defaultLimit = 25
	maxLimit     = 500
)

// page cuts one page out of items, which are sorted by key: those behind
// position, at most limit. next is the position of the page after it, or nil.
func page[T any](items []T, key func(T) string, limit *int64, position *string) (cut []T, next *string, err error) {
	if position != nil && *position != "" {
		last, err := base64.URLEncoding.DecodeString(*position)
		if err != nil {
			return nil, nil, agw.BadRequestException("Invalid position parameter specified")
		}
		for len(items) > 0 && key(items[0]) <= string(last) {
			items = items[1:]
		}
	}
	size := defaultLimit
	if limit != nil && *limit > 0 {
		size = int(min(*limit, maxLimit))
	}
	if len(items) <= size {
		return items, nil, nil
	}
	items = items[:size]
	return items, new(base64.URLEncoding.EncodeToString([]byte(key(items[size-1])))), nil
}

// emptyNotNil returns items, or an empty list instead of none: AWS writes
// lists that have no items as [].
func emptyNotNil[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
