package apigateway

import (
	"strings"

	agw "cloudless/internal/api/apigateway"
)

// policy gives the API the policy of the document. An API that becomes what the
// document says has none where that has none.
func (im *importer) policy() error {
	if im.doc.Policy == nil {
		if im.afresh {
			im.api.API.Policy = nil
		}
		return nil
	}
	return im.s.setPolicy(im.api, *im.doc.Policy)
}

// idsBefore returns the ids of what the API has already, by name. An API that
// becomes what the document says loses it.
func idsBefore[T any](im *importer, prefix []byte, names func(*T) (name, id string)) (map[string]string, error) {
	ids := map[string]string{}
	if im.afresh {
		return ids, deleteAll(im.tx, prefix)
	}
	before, err := loadAll[T](im.tx, prefix)
	for _, part := range before {
		name, id := names(part)
		ids[name] = id
	}
	return ids, err
}

// authorizers makes the authorizers of the document, in place of those of the
// same names.
func (im *importer) authorizers() error {
	var err error
	im.authorizerIDs, err = idsBefore(im, authorizers.prefix(im.id()), func(a *authorizer) (string, string) {
		return *a.Authorizer.Name, *a.Authorizer.Id
	})
	if err != nil {
		return err
	}
	for _, described := range im.doc.Authorizers {
		a := &authorizer{Form: form, Authorizer: described}
		name := *described.Name
		if a.Authorizer.Id = new(im.authorizerIDs[name]); *a.Authorizer.Id == "" {
			a.Authorizer.Id = new(newID(im.s.clock, authorizerIDLength))
		}
		if a.Authorizer.AuthType == nil {
			a.Authorizer.AuthType = new(authTypeOf(a.Authorizer.Type))
		}
		if err := im.pass(a.Authorizer.AuthorizerCredentials); err != nil {
			return err
		}
		if err := im.s.checkAuthorizer(&a.Authorizer); err != nil {
			if err := im.refused(err, "Unable to create authorizer '%s'", name); err != nil {
				return err
			}
			continue
		}
		im.authorizerIDs[name] = *a.Authorizer.Id
		if err := save(im.tx, authorizers.key(im.id(), *a.Authorizer.Id), a); err != nil {
			return err
		}
	}
	return nil
}

// nameAuthorizer puts the id of an authorizer in place of its name.
func (im *importer) nameAuthorizer(m *agw.Method) error {
	if m.AuthorizerId == nil {
		return nil
	}
	id, found := im.authorizerIDs[*m.AuthorizerId]
	if !found {
		return agw.BadRequestException("Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.")
	}
	m.AuthorizerId = &id
	return nil
}

// validators makes the request validators of the document, in place of those of
// the same names.
func (im *importer) validators() error {
	var err error
	im.validatorIDs, err = idsBefore(im, validators.prefix(im.id()), func(v *validator) (string, string) {
		return deref(v.Validator.Name), *v.Validator.Id
	})
	if err != nil {
		return err
	}
	for _, described := range im.doc.Validators {
		v := &validator{Form: form, Validator: described}
		name := deref(described.Name)
		if v.Validator.Id = new(im.validatorIDs[name]); *v.Validator.Id == "" {
			v.Validator.Id = new(newID(im.s.clock, validatorIDLength))
		}
		if err := checkValidator(&v.Validator); err != nil {
			if err := im.refused(err, "Unable to create request validator '%s'", name); err != nil {
				return err
			}
			continue
		}
		im.validatorIDs[name] = *v.Validator.Id
		if err := save(im.tx, validators.key(im.id(), *v.Validator.Id), v); err != nil {
			return err
		}
	}
	return nil
}

// nameValidator puts the id of a validator in place of its name.
func (im *importer) nameValidator(m *agw.Method) error {
	if m.RequestValidatorId == nil {
		return nil
	}
	id, found := im.validatorIDs[*m.RequestValidatorId]
	if !found {
		return agw.BadRequestException("Invalid Request Validator identifier specified")
	}
	m.RequestValidatorId = &id
	return nil
}

// gatewayResponses puts the gateway responses of the document.
func (im *importer) gatewayResponses() error {
	if im.afresh {
		if err := deleteAll(im.tx, gatewayResponses.prefix(im.id())); err != nil {
			return err
		}
	}
	for _, described := range im.doc.GatewayResponses {
		r := described
		r.ResponseType = strings.ToUpper(r.ResponseType)
		status, known := refusalStatus[r.ResponseType]
		err := error(nil)
		if !known {
			err = agw.BadRequestException("Invalid gateway response type specified: " + described.ResponseType)
		}
		if r.StatusCode == nil && status != "" {
			r.StatusCode = &status
		}
		fillGatewayResponse(&r)
		if err == nil {
			err = checkGatewayResponse(&r)
		}
		if err != nil {
			if err := im.refused(err, "Unable to put gateway response '%s'", described.ResponseType); err != nil {
				return err
			}
			continue
		}
		if err := save(im.tx, gatewayResponses.key(im.id(), r.ResponseType), &gatewayResponse{Form: form, Response: r}); err != nil {
			return err
		}
	}
	return nil
}
