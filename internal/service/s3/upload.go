package s3

import (
	"context"
	"encoding/hex"
	"time"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/storage/kv"
)

const (
	maxParts     = 10000
	minPartBytes = 5 << 20 // all parts but the last
)

// upload is a multipart upload in progress.
type upload struct {
	Version   int // of this record's form
	ID        string
	Bucket    string
	Key       string
	Initiated time.Time
	Initiator s3api.Initiator

	// Algorithm is what the client chose for checksums, or ""; Type is how the
	// object's is to be made of them.
	Algorithm algorithm `json:",omitempty"`
	Type      string    `json:",omitempty"`

	// Replaces tells that there was an object when the upload began: if there
	// is none at its end, somebody else has deleted it meanwhile.
	Replaces bool `json:",omitempty"`

	description
}

const uploadVersion = 1

// part is one part of an upload, or of the object that it became.
type part struct {
	Blob     string
	Size     int64
	ETag     string // without quotes
	Sum      []byte // by the algorithm of the upload
	Modified time.Time
}

// algorithm is the algorithm of all parts' checksums.
func (u *upload) algorithm() algorithm {
	if u.Algorithm == "" {
		return defaultAlgorithm
	}
	return u.Algorithm
}

// loadUpload reads an upload, or refuses where there is none.
func loadUpload(r kv.Reader, bucket, key, id string) (*upload, error) {
	u, err := load[upload](r, uploadKey(bucket, key, id))
	if err == nil && u == nil {
		err = noSuchUpload(id)
	}
	return u, err
}

// enterUpload returns an upload and its bucket, once the caller may take action on
// its key.
func (s *Service) enterUpload(ctx context.Context, call *api.Call, bucket string, expectedOwner *string, key, id, action string) (b *bucket, u *upload, err error) {
	if b, err = s.openBucket(ctx, bucket, expectedOwner); err != nil {
		return nil, nil, err
	}
	if err := checkKey(key); err != nil {
		return nil, nil, err
	}
	if err := s.mayObject(ctx, call, b, action, key); err != nil {
		return nil, nil, err
	}
	err = s.store.View(ctx, func(r kv.Reader) error {
		u, err = loadUpload(r, b.Name, key, id)
		return err
	})
	return b, u, err
}

// putPart makes a part of an upload, in the place of the one with its number.
func (s *Service) putPart(ctx context.Context, u *upload, number int, k *kept) (*part, error) {
	p := newPart(u, k, s.clock.Now())
	where := partKey(u.ID, number)
	garbageID := s.newID()
	claims := kv.Claims{Write: [][]byte{where}, Read: [][]byte{uploadKey(u.Bucket, u.Key, u.ID)}}
	var old *part
	refused, err := s.update(ctx, claims, func(tx kv.Tx) (err error) {
		if _, err := loadUpload(tx, u.Bucket, u.Key, u.ID); err != nil {
			return err
		}
		if old, err = load[part](tx, where); err != nil {
			return err
		}
		if old != nil {
			if err := discard(tx, garbageID, garbage{Blobs: []string{old.Blob}}); err != nil {
				return err
			}
		}
		tx.Set(blobKey(p.Blob), nil)
		return save(tx, where, p)
	})
	if refused {
		s.drop(ctx, k.blob)
	}
	if old != nil {
		s.wakeCollector()
	}
	return p, err
}

// partOf finds the part of an object of that number, counted from one, and
// where it begins.
func (s *Service) partOf(ctx context.Context, o *object, number int) (offset int64, p *part, err error) {
	err = s.store.View(ctx, func(r kv.Reader) error {
		offset, p = 0, nil
		for pair, err := range r.Scan(kv.Prefix(partsOf(o.Upload))) {
			if err != nil {
				return err
			}
			next, err := decode[part](pair.Value)
			if err != nil {
				return err
			}
			if number--; number == 0 {
				p = next
				return nil
			}
			offset += next.Size
		}
		return errGone
	})
	return offset, p, err
}

func checkPartNumber(n int64) error {
	if n < 1 || n > maxParts {
		return invalidArgument("partNumber", formatInt(n), "Part number must be an integer between 1 and 10000, inclusive")
	}
	return nil
}

func newPart(u *upload, k *kept, now time.Time) *part {
	return &part{Blob: k.blob, Size: k.size, ETag: hex.EncodeToString(k.md5), Sum: k.sums[u.algorithm()], Modified: now}
}
