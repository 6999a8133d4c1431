package dynamodb

import (
	"bytes"
	"context"
	"io"

	"cloudless/internal/api"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/transfer"
)

// Objects is where tables are exported to and imported from. Each call is made
// as the one who asked for the export or the import.
type Objects interface {
	// List returns objects whose keys begin with prefix and lie behind a key, in
	// the order of their keys, and whether there are more.
	List(ctx context.Context, call *api.Call, bucket, prefix, after string) (objects []Object, more bool, err error)
	Open(ctx context.Context, call *api.Call, bucket, key string) (io.ReadCloser, error)
	// Put writes an object and returns its ETag, without quotes.
	Put(ctx context.Context, call *api.Call, bucket, key string, body io.ReadSeeker, size int64) (etag string, err error)
}

// Object is an object that Objects lists.
type Object struct {
	Key  string
	Size int64
}

// callerRecord is who asked for a job, in whose name it goes on.
type callerRecord struct {
	Account   string        `json:"account"`
	Region    string        `json:"region"`
	Principal api.Principal `json:"principal"`
	RequestID string        `json:"requestId"`
}

func callerOf(call *api.Call) callerRecord {
	return callerRecord{call.Account, call.Region, call.Principal, call.RequestID}
}

func (c callerRecord) call() *api.Call {
	return &api.Call{Account: c.Account, Region: c.Region, Principal: c.Principal, RequestID: c.RequestID}
}

// upload is an object that is being written. It is gathered in memory: data
// files are small.
type upload struct {
	bytes.Buffer
	put func(body *bytes.Reader) (etag string, err error)
}

// Commit implements transfer.Object.
func (u *upload) Commit() (string, error) { return u.put(bytes.NewReader(u.Bytes())) }

// Abort implements transfer.Object.
func (u *upload) Abort() {}

// uploads begins objects in a bucket, in the name of a caller.
func (s *Service) uploads(ctx context.Context, by callerRecord, bucket string) transfer.Create {
	return func(key string) (transfer.Object, error) {
		return &upload{put: func(body *bytes.Reader) (string, error) {
			return s.objects.Put(ctx, by.call(), bucket, key, body, body.Size())
		}}, nil
	}
}

// failureOf tells why S3 has refused, in the words of DescribeExport and
// DescribeImport, or false where the error is none of the caller's doing.
func failureOf(err error) (code, message string, ok bool) {
	e := awserr.From(err)
	switch e.Code {
	case "NoSuchBucket":
		return "S3NoSuchBucket", e.Message, true
	case "AccessDenied", awserr.CodeAccessDenied:
		return "S3AccessDenied", e.Message, true
	case awserr.CodeInternalFailure:
		return "", "", false
	}
	return e.Code, e.Message, true
}
