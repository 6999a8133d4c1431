package stream

import (
	"encoding/base64"
	"strings"
	"time"

	dds "cloudless/internal/api/dynamodbstreams"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/keys"
)

// iteratorAge is how long an iterator can be used.
const iteratorAge = 15 * time.Minute

// iterator is a place in a shard. Whoever has one still needs permission to
// read the stream, so its text is no secret.
type iterator struct {
	arn    string
	shard  int
	number uint64 // of the record to read next
	made   time.Time
}

// String writes the iterator as AWS does: the stream's name, a version, and
// what nobody else needs to understand.
func (it iterator) String() string {
	b := keys.Encode(uint64(it.shard), it.number, uint64(it.made.UnixMilli()))
	return it.arn + "|1|" + base64.StdEncoding.EncodeToString(b)
}

// parseIterator reads what String wrote.
func parseIterator(text string) (iterator, error) {
	arn, rest, _ := strings.Cut(text, "|1|")
	b, err := base64.StdEncoding.DecodeString(rest)
	if err != nil {
		return iterator{}, errIterator
	}
	tuple, err := keys.Decode(b)
	if err != nil || len(tuple) != 3 {
		return iterator{}, errIterator
	}
	var n [3]uint64
	for i, elem := range tuple {
		var ok bool
		if n[i], ok = elem.(uint64); !ok {
			return iterator{}, errIterator
		}
	}
	if n[0] > maxShards {
		return iterator{}, errIterator
	}
	return iterator{arn: arn, shard: int(n[0]), number: n[1], made: time.UnixMilli(int64(n[2]))}, nil
}

// maxShards is what a sequence number has digits for.
const maxShards = 999

var errIterator error = awserr.Validation("Invalid ShardIterator")

// check refuses an iterator that is too old.
func (it iterator) check(now time.Time) error {
	if now.Sub(it.made) > iteratorAge {
		return dds.ExpiredIteratorException("The shard iterator has expired and can no longer be used to retrieve stream records")
	}
	return nil
}
