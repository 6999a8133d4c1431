package dynamodb

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// backupRecord is a backup as it is kept: the definition of its table at that
// time, and where the items lie. Its JSON lies in users' stores: members may be
// added, never renamed.
type backupRecord struct {
	Version int       `json:"version"`
	ID      string    `json:"id"` // the end of its ARN
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	Table   record    `json:"table"`
	Data    uint64    `json:"data"` // begins the keys of the items, as a table's does

	Available bool     `json:"available"` // it has all items
	Items     int64    `json:"items"`
	Bytes     int64    `json:"bytes"`
	Readers   []uint64 `json:"readers,omitempty"` // jobs that restore it
}

const backupVersion = 1

// backupRef names a backup: its table, which may be gone, and its ID.
type backupRef struct {
	table ref
	id    string
}

func (b backupRef) arn() string { return b.table.arn() + "/backup/" + b.id }

func (b backupRef) key() []byte {
	return keys.Encode(service, "backup", b.table.account, b.table.region, b.table.name, b.id)
}

// backupsOf is the range of the backups of a table, or of all tables of an
// account in a region where name is "".
func backupsOf(account, region, name string) kv.Range {
	prefix := keys.Encode(service, "backup", account, region)
	if name != "" {
		prefix = keys.AppendString(prefix, name)
	}
	return kv.Prefix(prefix)
}

// parseBackupARN takes the name of a backup apart.
func parseBackupARN(arn string) (backupRef, error) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) == 6 && parts[2] == "dynamodb" {
		path := strings.Split(parts[5], "/")
		if len(path) == 4 && path[0] == "table" && path[2] == "backup" && checkTableName(path[1]) == nil && path[3] != "" {
			return backupRef{ref{parts[4], parts[3], path[1]}, path[3]}, nil
		}
	}
	return backupRef{}, awserr.Validation("Invalid BackupArn: " + arn)
}

func (b *backupRecord) ref() backupRef {
	return backupRef{ref{b.Table.Account, b.Table.Region, b.Table.Name}, b.ID}
}

func (b *backupRecord) encode() []byte {
	text, err := json.Marshal(b)
	if err != nil {
		panic(fmt.Sprintf("a backup's record cannot be written: %v", err)) // it holds strings, numbers and times
	}
	return text
}

func decodeBackup(text []byte) (*backupRecord, error) {
	var b backupRecord
	if err := json.Unmarshal(text, &b); err != nil {
		return nil, fmt.Errorf("read a backup's record: %w", err)
	}
	if b.Version != backupVersion {
		return nil, fmt.Errorf("backup %s of table %s has version %d, which a newer program wrote", b.ID, b.Table.Name, b.Version)
	}
	return &b, nil
}

// readBackup reads a backup.
func readBackup(r kv.Reader, where backupRef) (*backupRecord, error) {
	text, err := r.Get(where.key())
	if errors.Is(err, kv.ErrNotFound) {
		return nil, ddb.BackupNotFoundException("Backup not found: " + where.arn())
	}
	if err != nil {
		return nil, err
	}
	return decodeBackup(text)
}

func (b *backupRecord) status() string {
	if b.Available {
		return "AVAILABLE"
	}
	return statusCreating
}

func (b *backupRecord) details() *ddb.BackupDetails {
	return &ddb.BackupDetails{BackupArn: b.ref().arn(), BackupName: b.Name, BackupSizeBytes: &b.Bytes, BackupStatus: b.status(),
		BackupType: "USER", BackupCreationDateTime: b.Created}
}

func (b *backupRecord) describe() *ddb.BackupDescription {
	t := &b.Table
	d := &ddb.BackupDescription{
		BackupDetails: b.details(),
		SourceTableDetails: &ddb.SourceTableDetails{
			TableName: t.Name, TableId: t.ID, TableArn: new(t.arn()), TableSizeBytes: &b.Bytes, ItemCount: &b.Items, KeySchema: keySchema(t.Key),
			TableCreationDateTime: t.Created, BillingMode: t.BillingMode, OnDemandThroughput: describeOnDemand(t.Throughput),
			ProvisionedThroughput: &ddb.ProvisionedThroughput{ReadCapacityUnits: t.Throughput.Read, WriteCapacityUnits: t.Throughput.Write},
		},
		SourceTableFeatureDetails: &ddb.SourceTableFeatureDetails{SSEDescription: t.describeSSE()},
	}
	features := d.SourceTableFeatureDetails
	for _, ix := range t.Indexes {
		projection := &ddb.Projection{ProjectionType: ix.Projection, NonKeyAttributes: ix.Include}
		if !ix.Global {
			features.LocalSecondaryIndexes = append(features.LocalSecondaryIndexes,
				ddb.LocalSecondaryIndexInfo{IndexName: new(ix.Name), KeySchema: keySchema(ix.Key), Projection: projection})
			continue
		}
		features.GlobalSecondaryIndexes = append(features.GlobalSecondaryIndexes,
			ddb.GlobalSecondaryIndexInfo{IndexName: new(ix.Name), KeySchema: keySchema(ix.Key), Projection: projection,
				OnDemandThroughput:    describeOnDemand(ix.Throughput),
				ProvisionedThroughput: &ddb.ProvisionedThroughput{ReadCapacityUnits: ix.Throughput.Read, WriteCapacityUnits: ix.Throughput.Write}})
	}
	if t.streaming() {
		features.StreamDescription = &ddb.StreamSpecification{StreamEnabled: true, StreamViewType: t.Stream.View}
	}
	if t.TTL != nil {
		features.TimeToLiveDescription = &ddb.TimeToLiveDescription{TimeToLiveStatus: "ENABLED", AttributeName: &t.TTL.Attribute}
	}
	return d
}
