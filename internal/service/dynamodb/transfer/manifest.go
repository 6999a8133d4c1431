package transfer

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Versions of the summary, by AWS's count.
const (
	fullVersion        = "2020-06-30"
	incrementalVersion = "2023-08-01"
)

// The summaries have their members in AWS's order, and no member is left out:
// what is not given is null. They were compared with summaries that AWS wrote
// in 2026. Those of full exports have no exportType.
type (
	fullSummary struct {
		summaryHead
		ExportTime string `json:"exportTime"`
		summaryTail
	}
	incrementalSummary struct {
		summaryHead
		ExportFromTime string `json:"exportFromTime"`
		ExportToTime   string `json:"exportToTime"`
		summaryTail
		OutputView string `json:"outputView"`
		ExportType string `json:"exportType"`
	}
	summaryHead struct {
		Version   string `json:"version"`
		ExportARN string `json:"exportArn"`
		StartTime string `json:"startTime"`
		EndTime   string `json:"endTime"`
		TableARN  string `json:"tableArn"`
		TableID   string `json:"tableId"`
	}
	summaryTail struct {
		S3Bucket           string  `json:"s3Bucket"`
		S3Prefix           *string `json:"s3Prefix"`
		S3SseAlgorithm     string  `json:"s3SseAlgorithm"`
		S3SseKmsKeyID      *string `json:"s3SseKmsKeyId"`
		ManifestFilesS3Key string  `json:"manifestFilesS3Key"`
		BilledSizeBytes    int64   `json:"billedSizeBytes"`
		ItemCount          int64   `json:"itemCount"`
		OutputFormat       string  `json:"outputFormat"`
	}
)

// fileEntry is a line of the manifest of files.
type fileEntry struct {
	ItemCount     int64  `json:"itemCount"`
	MD5Checksum   string `json:"md5Checksum"` // of the object's bytes, in base64
	ETag          string `json:"etag"`        // without quotes
	DataFileS3Key string `json:"dataFileS3Key"`
}

// summary describes the export as it ended.
func (x *Export) summary(end time.Time) []byte {
	c := &x.config
	head := summaryHead{
		Version:   fullVersion,
		ExportARN: ExportARN(c.TableARN, c.Layout.ID),
		StartTime: stamp(c.StartTime),
		EndTime:   stamp(end),
		TableARN:  c.TableARN,
		TableID:   c.TableID,
	}
	tail := summaryTail{
		S3Bucket:           c.Bucket,
		S3Prefix:           orNull(c.Layout.Prefix),
		S3SseAlgorithm:     c.SSEAlgorithm,
		S3SseKmsKeyID:      orNull(c.SSEKMSKeyID),
		ManifestFilesS3Key: c.Layout.Files(),
		BilledSizeBytes:    x.billed(),
		ItemCount:          x.items,
		OutputFormat:       c.Format,
	}
	if !c.Layout.Incremental {
		return line(fullSummary{head, stamp(c.ExportTime), tail})
	}
	head.Version = incrementalVersion
	return line(incrementalSummary{head, stamp(c.FromTime), stamp(c.ToTime), tail, c.View, "INCREMENTAL_EXPORT"})
}

// stamp writes a time as the manifests do, always with three digits of a second.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// line writes v as one line of JSON without an end. Prefixes and keys may hold
// characters that HTML gives a meaning; they stay as they are.
func line(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("a manifest cannot be written: " + err.Error()) // it holds strings and numbers
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// checksum is what lies in the .md5 beside a manifest.
func checksum(b []byte) []byte {
	sum := md5.Sum(b)
	return base64.StdEncoding.AppendEncode(nil, sum[:])
}

// partETag is the ETag of an object that was uploaded in a single part, from
// the MD5 of its bytes. AWS uploads data files so.
func partETag(sum []byte) string {
	again := md5.Sum(sum)
	return hex.EncodeToString(again[:]) + "-1"
}
