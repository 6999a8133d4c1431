package wire

import (
	"errors"
	"fmt"
	"io"
	"net/http"

	"cloudless/internal/awserr"
)

// ReadBody returns the whole body, which the front door has limited and whose
// digest it has checked, or checks on the way.
func ReadBody(r *Request) ([]byte, error) {
	if r.Content != nil {
		return r.Content, nil
	}
	body, err := io.ReadAll(r.Body)
	if err == nil {
		return body, nil
	}
	if _, ok := errors.AsType[*awserr.Error](err); ok {
		return nil, err
	}
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, TooLarge(r, tooLarge.Limit)
	}
	return nil, awserr.Serialization("the body could not be read").Because(err)
}

// TooLarge is the refusal of a body of more than limit bytes.
func TooLarge(r *Request, limit int64) *awserr.Error {
	return &awserr.Error{Code: awserr.CodeRequestTooLarge, Status: http.StatusRequestEntityTooLarge,
		Message: fmt.Sprintf("Request must be smaller than %d bytes for the %s operation", limit, r.Operation.Name)}
}
