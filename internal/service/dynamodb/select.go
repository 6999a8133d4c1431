package dynamodb

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
	"cloudless/internal/service/dynamodb/partiql"
	"cloudless/internal/storage/kv"
)

// selectPage reads one page of what a SELECT selects.
func (s *Service) selectPage(ctx context.Context, call *api.Call, st *partiql.Statement, in *ddb.ExecuteStatementInput) (*ddb.ExecuteStatementOutput, error) {
	from, err := parseSelectToken(in)
	if err != nil {
		return nil, err
	}
	var out *ddb.ExecuteStatementOutput
	err = s.retrying(ctx, func(a *attempt) error {
		t, err := a.open(ctx, call, st.Kind.Action(), st.Table, st.Index, func(t *table) []api.Fact { return statementFacts(t, st) })
		if err != nil {
			return err
		}
		out, err = s.selectFrom(ctx, t, st, in, from)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// selectFrom reads range after range of a table, until the page is full.
func (s *Service) selectFrom(ctx context.Context, t *table, st *partiql.Statement, in *ddb.ExecuteStatementInput, from selectToken) (*ddb.ExecuteStatementOutput, error) {
	ranges, err := s.selectRanges(t, st, in)
	if err != nil {
		return nil, err
	}
	if from.part > 0 && from.part >= len(ranges) {
		return nil, errSelectToken
	}
	out := &ddb.ExecuteStatementOutput{Items: []map[string]ddb.AttributeValue{}}
	var consumed consumption
	left := 0
	if in.Limit != nil {
		left = int(*in.Limit)
	}
	bytes := 0
	for i := from.part; i < len(ranges); i++ {
		p := ranges[i]
		p.limit, p.maxBytes = left, maxPageBytes-bytes
		if i == from.part && from.last != nil {
			if err := p.checkStart(from.last); err != nil || !p.startAfter(from.last) {
				return nil, errSelectToken
			}
		}
		page, err := s.read(ctx, p)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, page.items...)
		consumed.merge(page.consumed)
		bytes += page.bytes
		if left > 0 {
			left -= int(page.scanned)
		}
		full := bytes >= maxPageBytes || in.Limit != nil && left == 0
		switch {
		case page.last != nil:
			out.NextToken, out.LastEvaluatedKey = new(newSelectToken(in, i, page.last)), page.last.API()
		case full && i+1 < len(ranges):
			out.NextToken = new(newSelectToken(in, i+1, nil))
		}
		if page.last != nil || full {
			break
		}
	}
	out.ConsumedCapacity = consumed.answer(in.ReturnConsumedCapacity, t)
	return out, nil
}

// selectRanges plans the reads of a SELECT.
func (s *Service) selectRanges(t *table, st *partiql.Statement, in *ddb.ExecuteStatementInput) ([]*pageRequest, error) {
	key := t.schema.partiqlKey()
	params := readParams{consistent: in.ConsistentRead, isQuery: true}
	if st.Index != "" {
		params.index = &st.Index
		if ix := t.indexNamed(st.Index); ix != nil {
			key = ix.schema.partiqlKey()
		}
	}
	if err := t.checkIndexOf(st, isTrue(in.ConsistentRead)); err != nil {
		return nil, err
	}
	read, err := st.Read(key)
	if err != nil {
		return nil, err
	}
	if err := t.checkProjected(st, read); err != nil {
		return nil, err
	}
	parts := read.Ranges
	if read.FullScan {
		parts = []partiql.Range{{Filter: read.Filter}}
	}
	requests := []*pageRequest{}
	for _, part := range parts {
		plan := &readPlan{readParams: params, projection: st.Projection}
		p, err := plan.on(t)
		if err != nil {
			return nil, err
		}
		p.filter = part.Filter // on what the index has; for it alone no item is fetched
		if read.FullScan {
			p.keys = kv.Prefix(p.prefix())
		} else {
			p.keys = p.keyRange(part.Terms)
		}
		p.keys.Reverse = read.Reverse
		requests = append(requests, p)
	}
	return requests, nil
}

// checkIndexOf refuses an index that is not there, or cannot be read so, in
// other words than Query has.
func (t *table) checkIndexOf(st *partiql.Statement, consistent bool) error {
	if st.Index == "" {
		return nil
	}
	switch ix := t.indexNamed(st.Index); {
	case ix == nil:
		return awserr.Validation("The table does not have the specified index")
	case ix.Global && consistent:
		return awserr.Validation("Strongly consistent read is not supported on Global Secondary Indexes")
	}
	return nil
}

// checkProjected refuses ranges of an index whose filter needs what the index
// does not have. A full scan of an index finds such attributes absent.
func (t *table) checkProjected(st *partiql.Statement, read *partiql.Read) error {
	ix := t.indexNamed(st.Index)
	if st.Index == "" || ix == nil || ix.keep == nil || read.FullScan {
		return nil
	}
	missing := read.Unprojected(func(name string) bool { return slices.Contains(ix.keep, name) })
	if len(missing) == 0 {
		return nil
	}
	return awserr.Validation(invalidValues + "Secondary index " + ix.Name + " does not project one or more filter attributes: [" + strings.Join(missing, ", ") + "]")
}

// selectToken is where a page begins: in which range, and behind which item of
// it.
type selectToken struct {
	part int
	last attr.Item // or nil for the range's beginning
}

var (
	errSelectToken  error = awserr.Validation("Invalid NextToken")
	errForeignToken error = awserr.Validation("NextToken does not match request")
)

// digestOf tells statements with their parameters apart.
func digestOf(in *ddb.ExecuteStatementInput) []byte {
	parameters, err := json.Marshal(in.Parameters)
	if err != nil {
		panic(fmt.Sprintf("parameters cannot be written: %v", err)) // they came as JSON
	}
	sum := sha256.Sum256([]byte(in.Statement + "\x00" + string(parameters)))
	return sum[:8]
}

// newSelectToken writes a token: the statement's digest, the range, and the
// key of the item.
func newSelectToken(in *ddb.ExecuteStatementInput, part int, last attr.Item) string {
	b := binary.BigEndian.AppendUint32(digestOf(in), uint32(part))
	if last != nil {
		key, err := json.Marshal(last.API())
		if err != nil {
			panic(fmt.Sprintf("a key cannot be written: %v", err)) // it came as JSON
		}
		b = append(b, key...)
	}
	return base64.StdEncoding.EncodeToString(b)
}

// parseSelectToken reads what newSelectToken wrote for the same statement.
func parseSelectToken(in *ddb.ExecuteStatementInput) (selectToken, error) {
	if in.NextToken == nil {
		return selectToken{}, nil
	}
	b, err := base64.StdEncoding.DecodeString(*in.NextToken)
	if err != nil || len(b) < 12 {
		return selectToken{}, errSelectToken
	}
	if !slices.Equal(b[:8], digestOf(in)) {
		return selectToken{}, errForeignToken
	}
	token := selectToken{part: int(binary.BigEndian.Uint32(b[8:]))}
	if len(b) == 12 {
		return token, nil
	}
	var key map[string]ddb.AttributeValue
	if err := json.Unmarshal(b[12:], &key); err != nil {
		return selectToken{}, errSelectToken
	}
	if token.last, err = attr.FromAPI(key); err != nil {
		return selectToken{}, errSelectToken
	}
	return token, nil
}
