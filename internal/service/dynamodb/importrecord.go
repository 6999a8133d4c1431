package dynamodb

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/transfer"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// importRecord is an import as it is kept. Its JSON lies in users' stores:
// members may be added, never renamed.
type importRecord struct {
	Version int                   `json:"version"`
	ID      string                `json:"id"`
	Table   ref                   `json:"-"` // from its key
	TableID string                `json:"tableId"`
	Input   *ddb.ImportTableInput `json:"input"`
	By      callerRecord          `json:"by"`

	Started   time.Time `json:"started"`
	Ended     time.Time `json:"ended,omitzero"`    // zero while it is IN_PROGRESS
	Failure   string    `json:"failure,omitempty"` // FailureCode
	Message   string    `json:"message,omitempty"` // FailureMessage
	Imported  int64     `json:"imported"`          // items
	Errors    int64     `json:"errors"`            // what was no item, or none that the table takes
	Processed int64     `json:"processed"`         // bytes, before compression
}

const importVersion = 1

func importKey(table ref, id string) []byte {
	return keys.Encode(service, "import", table.account, table.region, table.name, id)
}

func importsOf(account, region, name string) kv.Range {
	prefix := keys.Encode(service, "import", account, region)
	if name != "" {
		prefix = keys.AppendString(prefix, name)
	}
	return kv.Prefix(prefix)
}

func (m *importRecord) key() []byte { return importKey(m.Table, m.ID) }

func (m *importRecord) encode() []byte {
	b, err := json.Marshal(m)
	if err != nil {
		panic(fmt.Sprintf("an import's record cannot be written: %v", err)) // it holds strings, numbers and times
	}
	return b
}

func decodeImport(key, b []byte) (*importRecord, error) {
	var m importRecord
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("read an import's record: %w", err)
	}
	if m.Version != importVersion {
		return nil, fmt.Errorf("import %s has version %d, which a newer program wrote", m.ID, m.Version)
	}
	var err error
	m.Table, err = ownerOf(key)
	return &m, err
}

func (m *importRecord) arn() string { return transfer.ImportARN(m.Table.arn(), m.ID) }

func (m *importRecord) status() string {
	switch {
	case m.Ended.IsZero():
		return "IN_PROGRESS"
	case m.Failure != "":
		return "FAILED"
	}
	return "COMPLETED"
}

func (m *importRecord) describe() *ddb.ImportTableDescription {
	in := m.Input
	d := &ddb.ImportTableDescription{
		ImportArn: new(m.arn()), ImportStatus: m.status(), TableArn: new(m.Table.arn()), TableId: &m.TableID, ClientToken: in.ClientToken,
		S3BucketSource: in.S3BucketSource, InputFormat: in.InputFormat, InputFormatOptions: in.InputFormatOptions, InputCompressionType: in.InputCompressionType,
		TableCreationParameters: in.TableCreationParameters, StartTime: &m.Started,
		ProcessedItemCount: new(m.Imported + m.Errors), ImportedItemCount: &m.Imported, ErrorCount: &m.Errors,
	}
	if !m.Ended.IsZero() {
		d.EndTime, d.ProcessedSizeBytes = &m.Ended, &m.Processed
	}
	if m.Failure != "" {
		d.FailureCode, d.FailureMessage = &m.Failure, &m.Message
	}
	return d
}

// input says how the objects of the import are read.
func (m *importRecord) input(t *table) transfer.Input {
	in := transfer.Input{Format: m.Input.InputFormat, Compression: m.Input.InputCompressionType, Types: map[string]attr.Kind{}, Check: t.checkPut}
	if o := m.Input.InputFormatOptions; o != nil && o.Csv != nil {
		in.Delimiter, in.HeaderList = value(o.Csv.Delimiter), o.Csv.HeaderList
	}
	for _, a := range m.Input.TableCreationParameters.AttributeDefinitions {
		in.Types[a.AttributeName], _ = attr.KindNamed(a.AttributeType)
	}
	return in
}

// source are bucket and prefix of the objects.
func (m *importRecord) source() (bucket, prefix string) {
	return m.Input.S3BucketSource.S3Bucket, strings.TrimPrefix(value(m.Input.S3BucketSource.S3KeyPrefix), "/")
}
