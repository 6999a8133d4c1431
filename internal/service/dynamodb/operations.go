package dynamodb

import (
	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
)

// API returns the table of operations. What is not listed is not implemented.
func (s *Service) API() *api.Service {
	return ddb.Handlers{
		BatchGetItem:       s.BatchGetItem,
		BatchWriteItem:     s.BatchWriteItem,
		CreateTable:        s.CreateTable,
		DeleteItem:         s.DeleteItem,
		DeleteTable:        s.DeleteTable,
		DescribeEndpoints:  s.DescribeEndpoints,
		DescribeTable:      s.DescribeTable,
		GetItem:            s.GetItem,
		ListTables:         s.ListTables,
		ListTagsOfResource: s.ListTagsOfResource,
		PutItem:            s.PutItem,
		Query:              s.Query,
		Scan:               s.Scan,
		TagResource:        s.TagResource,
		TransactGetItems:   s.TransactGetItems,
		TransactWriteItems: s.TransactWriteItems,
		UntagResource:      s.UntagResource,
		UpdateItem:         s.UpdateItem,
		UpdateTable:        s.UpdateTable,
	}.Service()
}
