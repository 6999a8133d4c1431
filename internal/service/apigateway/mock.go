package apigateway

import (
	"errors"
	"net/http"
	"strconv"

	"cloudless/internal/service/apigateway/value"
)

// mock answers through an integration of type MOCK, which has no backend: the
// request template says with which status a backend would have answered.
func (s *Service) mock(x *exchange) (*reply, error) {
	body, err := s.integrationBody(x)
	if err != nil {
		return nil, err
	}
	status, err := mockStatus(string(body))
	if err != nil {
		return nil, internalError().because(err)
	}
	return s.respond(x, backendAnswer{status: status, header: http.Header{}, body: nil, selector: strconv.Itoa(status)})
}

// mockStatus reads the status from what the template made, such as
// {"statusCode": 200}, whose quotes may be missing.
func mockStatus(text string) (int, error) {
	v, err := value.Parse(text)
	if err != nil {
		return 0, err
	}
	m, ok := v.(*value.Map)
	if !ok {
		return 0, errors.New("the request template of a MOCK integration makes no object")
	}
	code, ok := m.Get("statusCode")
	if !ok {
		return 0, errors.New("the request template of a MOCK integration makes no statusCode")
	}
	return strconv.Atoi(value.String(code))
}
