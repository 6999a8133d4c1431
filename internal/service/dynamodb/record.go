package dynamodb

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"cloudless/internal/service/dynamodb/stream"
	"cloudless/internal/storage/kv"
)

// record is a table's definition as it is kept. Its JSON lies in users'
// stores: members may be added, never renamed.
type record struct {
	Version int    `json:"version"`
	Account string `json:"account"`
	Region  string `json:"region"`
	Name    string `json:"name"`
	ID      string `json:"id"`   // TableId, a UUID
	Data    uint64 `json:"data"` // begins the keys of the items; see keys.go

	Created  time.Time `json:"created"`
	Active   time.Time `json:"active"`            // until then the table is CREATING
	Gone     time.Time `json:"gone,omitzero"`     // until then the table is DELETING, if set
	Updated  time.Time `json:"updated,omitzero"`  // until then the table is UPDATING
	OnDemand time.Time `json:"onDemand,omitzero"` // when it became PAY_PER_REQUEST

	Attributes []attributeRecord `json:"attributes"`
	Key        []keyRecord       `json:"key"`
	Indexes    []indexRecord     `json:"indexes,omitempty"`
	Numbered   uint64            `json:"numbered,omitempty"` // the highest number that an index has had

	Stream *stream.Stream `json:"stream,omitempty"` // the last one, which may have ended

	BillingMode string           `json:"billingMode,omitempty"` // as the request gave it
	Throughput  throughputRecord `json:"throughput"`
	TableClass  string           `json:"tableClass,omitempty"` // as the request gave it
	SSE         *sseRecord       `json:"sse,omitempty"`
	TTL         *ttlRecord       `json:"ttl,omitempty"`
	Policy      *policyRecord    `json:"policy,omitempty"`

	Importing bool            `json:"importing,omitempty"` // it does not have all its items yet, and is CREATING
	Restored  *restoredRecord `json:"restored,omitempty"`  // what it was restored from
	Recovery  *recoveryRecord `json:"recovery,omitempty"`  // point-in-time recovery
	Copies    []copyRecord    `json:"copies,omitempty"`    // jobs that copy from it
	History   *historyRecord  `json:"history,omitempty"`   // while it is needed

	Protected bool              `json:"protected,omitempty"`
	Tags      map[string]string `json:"tags,omitempty"`
}

const recordVersion = 1

// attributeRecord is an entry of AttributeDefinitions.
type attributeRecord struct {
	Name string `json:"name"`
	Type string `json:"type"` // S, N or B
}

// keyRecord is an entry of a KeySchema.
type keyRecord struct {
	Name string `json:"name"`
	Role string `json:"role"` // HASH or RANGE
}

// indexRecord is a secondary index.
type indexRecord struct {
	Name       string           `json:"name"`
	Number     uint64           `json:"number"` // stands for the index in keys; from 1 on, never used twice
	Global     bool             `json:"global,omitempty"`
	Key        []keyRecord      `json:"key"`
	Projection string           `json:"projection"` // ALL, KEYS_ONLY or INCLUDE
	Include    []string         `json:"include,omitempty"`
	Throughput throughputRecord `json:"throughput"`
	Building   bool             `json:"building,omitempty"` // it does not have all items of the table yet
}

// throughputRecord is the capacity of a table or an index: what is provisioned,
// or zero, and the bounds of what is on demand.
type throughputRecord struct {
	Read  int64 `json:"read"`
	Write int64 `json:"write"`

	Increased time.Time `json:"increased,omitzero"`
	Decreased time.Time `json:"decreased,omitzero"`
	Decreases int64     `json:"decreases,omitempty"` // on the day of Decreased

	MaxRead   int64 `json:"maxRead,omitempty"` // OnDemandThroughput; 0 for no bound
	MaxWrite  int64 `json:"maxWrite,omitempty"`
	WarmRead  int64 `json:"warmRead,omitempty"` // WarmThroughput that was asked for, or 0
	WarmWrite int64 `json:"warmWrite,omitempty"`
}

// sseRecord tells with which key of KMS a table is to be encrypted. It is kept
// and shown; the store itself encrypts nothing.
type sseRecord struct {
	KeyARN string `json:"keyArn"`
}

// The states of a table, by AWS's names. gone is that of a table whose time of
// being DELETING has passed; nobody is told of it.
const (
	statusCreating = "CREATING"
	statusActive   = "ACTIVE"
	statusUpdating = "UPDATING"
	statusDeleting = "DELETING"
	statusGone     = ""
)

func (r *record) status(now time.Time) string {
	switch {
	case r.Gone.IsZero() && (now.Before(r.Active) || r.Importing || r.Restored != nil && r.Restored.InProgress):
		return statusCreating
	case r.Gone.IsZero() && now.Before(r.Updated):
		return statusUpdating
	case r.Gone.IsZero():
		return statusActive
	case now.Before(r.Gone):
		return statusDeleting
	}
	return statusGone
}

func (r *record) encode() []byte {
	b, err := json.Marshal(r)
	if err != nil {
		panic(fmt.Sprintf("a table's definition cannot be written: %v", err)) // it holds strings, numbers and times
	}
	return b
}

func decodeRecord(b []byte) (*record, error) {
	var r record
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("read a table's definition: %w", err)
	}
	if r.Version != recordVersion {
		return nil, fmt.Errorf("the definition of table %s has version %d, which a newer program wrote", r.Name, r.Version)
	}
	return &r, nil
}

// definitionOf returns the definition at key, if it is that of the table whose items
// lie under data: nil if that table is gone, even where a new one has its name.
func definitionOf(tx kv.Reader, key []byte, data uint64) (*record, error) {
	stored, err := tx.Get(key)
	if errors.Is(err, kv.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r, err := decodeRecord(stored)
	if err != nil || r.Data != data {
		return nil, err
	}
	return r, nil
}

// arn returns the table's name as AWS's other services and policies call it.
func (r *record) arn() string { return tableARN(r.Account, r.Region, r.Name) }

func tableARN(account, region, name string) string {
	return "arn:aws:dynamodb:" + region + ":" + account + ":table/" + name
}
