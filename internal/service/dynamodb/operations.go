package dynamodb

import (
	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
)

// API returns the table of operations. What is not listed is not implemented.
func (s *Service) API() *api.Service {
	return ddb.Handlers{
		BatchExecuteStatement:     s.BatchExecuteStatement,
		BatchGetItem:              s.BatchGetItem,
		BatchWriteItem:            s.BatchWriteItem,
		CreateBackup:              s.CreateBackup,
		CreateTable:               s.CreateTable,
		DeleteBackup:              s.DeleteBackup,
		DeleteItem:                s.DeleteItem,
		DeleteResourcePolicy:      s.DeleteResourcePolicy,
		DeleteTable:               s.DeleteTable,
		DescribeBackup:            s.DescribeBackup,
		DescribeContinuousBackups: s.DescribeContinuousBackups,
		DescribeEndpoints:         s.DescribeEndpoints,
		DescribeExport:            s.DescribeExport,
		DescribeImport:            s.DescribeImport,
		DescribeLimits:            s.DescribeLimits,
		DescribeTable:             s.DescribeTable,
		DescribeTimeToLive:        s.DescribeTimeToLive,
		ExecuteStatement:          s.ExecuteStatement,
		ExecuteTransaction:        s.ExecuteTransaction,
		ExportTableToPointInTime:  s.ExportTableToPointInTime,
		GetItem:                   s.GetItem,
		GetResourcePolicy:         s.GetResourcePolicy,
		ImportTable:               s.ImportTable,
		ListBackups:               s.ListBackups,
		ListExports:               s.ListExports,
		ListImports:               s.ListImports,
		ListTables:                s.ListTables,
		ListTagsOfResource:        s.ListTagsOfResource,
		PutItem:                   s.PutItem,
		PutResourcePolicy:         s.PutResourcePolicy,
		Query:                     s.Query,
		RestoreTableFromBackup:    s.RestoreTableFromBackup,
		RestoreTableToPointInTime: s.RestoreTableToPointInTime,
		Scan:                      s.Scan,
		TagResource:               s.TagResource,
		TransactGetItems:          s.TransactGetItems,
		TransactWriteItems:        s.TransactWriteItems,
		UntagResource:             s.UntagResource,
		UpdateContinuousBackups:   s.UpdateContinuousBackups,
		UpdateItem:                s.UpdateItem,
		UpdateTable:               s.UpdateTable,
		UpdateTimeToLive:          s.UpdateTimeToLive,
	}.Service()
}
