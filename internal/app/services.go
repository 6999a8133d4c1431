package app

import (
	"context"
	"net/http"
	"path/filepath"

	"cloudless/internal/api"
	"cloudless/internal/authority"
	"cloudless/internal/event"
	"cloudless/internal/front"
	"cloudless/internal/identity"
	"cloudless/internal/identity/userpool"
	"cloudless/internal/sandbox"
	"cloudless/internal/sandbox/runtime"
	"cloudless/internal/service/apigateway"
	"cloudless/internal/service/dynamodb"
	"cloudless/internal/service/dynamodb/stream"
	"cloudless/internal/service/iam"
	"cloudless/internal/service/lambda"
	"cloudless/internal/service/logs"
	"cloudless/internal/service/s3"
	"cloudless/internal/service/sts"
	"cloudless/internal/wire"
	"cloudless/internal/wire/awsjson"
	"cloudless/internal/wire/awsquery"
	"cloudless/internal/wire/restjson"
	"cloudless/internal/wire/restxml"
)

// codecs are the protocols that are spoken.
func codecs() map[wire.Protocol]wire.Codec {
	return map[wire.Protocol]wire.Codec{
		wire.AWSJSON10: new(awsjson.Codec),
		wire.AWSJSON11: new(awsjson.Codec),
		wire.RestJSON:  restjson.Codec{},
		wire.RestXML:   restxml.Codec{},
		wire.AWSQuery:  awsquery.Codec{},
	}
}

// build makes the services and the front door before them.
//
// Two circles are closed by functions that are called only once all is built:
// the authorizer asks IAM for policies, and IAM asks the authorizer; functions
// call AWS through the front, and the front serves Lambda.
func (a *App) build(ctx context.Context, cfg Config, st stores, ca *authority.Authority) (*front.Front, error) {
	var iamService *iam.Service
	authz := identity.New(policies(func() *iam.Service { return iamService }), cfg.Clock)
	iamService = iam.New(iam.Config{Store: st.kv, Authorizer: authz, Clock: cfg.Clock, Documents: documents{}})
	stsService := sts.New(sts.Config{Store: st.kv, Authorizer: authz, Clock: cfg.Clock,
		Trust: authz, Roles: assumable{iamService}, Policies: iamService, Documents: sessionDocuments{}})
	logsService := logs.New(logs.Config{Store: st.kv, Authorizer: authz, Clock: cfg.Clock})
	s3Service := s3.New(s3.Config{Store: st.kv, Blobs: st.blobs, Authorizer: authz, Clock: cfg.Clock, Log: cfg.Log, Documents: resourceDocuments{}})
	dynamodbService := dynamodb.New(dynamodb.Config{Store: st.kv, Authorizer: authz, Clock: cfg.Clock, Documents: resourceDocuments{}, Objects: tableObjects{s3Service.API()}, Unthrottled: cfg.Unthrottled})
	streamService := stream.New(stream.Config{Store: st.kv, Authorizer: authz, Clock: cfg.Clock})

	door := &later{built: make(chan struct{})}
	sandboxes, err := sandbox.New(sandbox.Config{
		Dir:       filepath.Join(st.dir, "sandboxes"),
		Runtimes:  a.runtimes(cfg, st),
		Front:     door,
		Authority: ca,
		Logs:      functionLogs{logs: logsService.API(), keys: roleKeys(stsService)},
		Clock:     cfg.Clock,
		Log:       cfg.Log,
		MaxSpares: cfg.Spares,
	})
	if err != nil {
		return nil, err
	}
	a.onClose("sandboxes", sandboxes.Close)
	lambdaService, err := lambda.New(ctx, lambda.Config{
		Store: st.kv, Blobs: st.blobs, Authorizer: authz, Clock: cfg.Clock, Log: cfg.Log,
		Sandboxes: functions{sandboxes},
		Roles:     roles{stsService},
		Objects:   objects{s3Service.API()},
		Sources:   streams{streamService.API()},
		Filters:   patterns{},
		Buckets:   buckets{s3Service.API()},

		Principals: principals{iamService.API()},
	})
	if err != nil {
		return nil, err
	}
	a.onClose("lambda", func(context.Context) error { lambdaService.Close(); return nil })
	apigatewayService := apigateway.New(apigateway.Config{
		Store: st.kv, Authorizer: authz, Clock: cfg.Clock, Log: cfg.Log, Unthrottled: cfg.Unthrottled,
		Invoker:   invoker{lambdaService, lambdaService.API(), gatewayRoles{stsService, cfg.Clock}},
		Documents: apiPolicies{authorizer: authz},
		Logs:      gatewayLogs{functionLogs{logs: logsService.API()}, gatewayRoles{stsService, cfg.Clock}},
		Objects:   objects{s3Service.API()},
		Tokens:    userPools{userpool.New(cfg.UserPools, cfg.Clock)},
		Services: newGatewayServices(gatewayRoles{stsService, cfg.Clock}, door,
			dynamodbService.API(), iamService.API(), lambdaService.API(), logsService.API(), s3Service.API(), streamService.API(), stsService.API()),
	})

	a.background("apigateway", cfg.Log, apigatewayService.Run)
	a.background("dynamodb", cfg.Log, dynamodbService.Run)
	a.background("dynamodb streams", cfg.Log, streamService.Run)
	a.background("s3", cfg.Log, func(ctx context.Context) error { s3Service.Run(ctx); return nil })
	mappings := eventMappings{lambdaService, st.kv}
	events := event.New(event.Config{
		Store: st.kv, Clock: cfg.Clock, Log: cfg.Log, Mappings: mappings, Invoker: mappings,
		Source:       eventStreams{lambdaService, streamService, streamService.API(), cfg.Clock},
		Destinations: eventDestinations{lambdaService, s3Service.API()},
	})
	a.background("events", cfg.Log, events.Run)
	a.background("logs", cfg.Log, func(ctx context.Context) error { return sweepLogs(ctx, cfg, logsService) })

	built := front.New(front.Config{
		Services: []*api.Service{
			apigatewayService.API(), dynamodbService.API(), iamService.API(), lambdaService.API(),
			logsService.API(), s3Service.API(), streamService.API(), stsService.API(),
		},
		Codecs:   codecs(),
		Keys:     keyring{root: a.root(cfg), iam: iamService, sts: stsService},
		Uses:     iamService,
		APIs:     apigatewayService,
		URLs:     functionURLs{lambdaService},
		Domains:  apigatewayService,
		Clock:    cfg.Clock,
		Log:      cfg.Log,
		Account:  cfg.Account,
		Region:   cfg.Region,
		Origins:  cfg.Origins,
		Status:   func() any { return status(cfg, sandboxes, apigatewayService) },
		Internal: map[string]http.Handler{lambda.CodePath: http.HandlerFunc(lambdaService.ServeCode)},
	})
	door.door = built.Handler(front.Door{}) // the well-known key is not for functions
	close(door.built)
	return built, nil
}

// root returns the root key with whom it stands for.
func (a *App) root(cfg Config) api.Key {
	return api.Key{ID: a.RootKey.ID, Secret: a.RootKey.Secret, Principal: api.Root(cfg.Account)}
}

// runtimes returns the folder of runtime packs.
func (a *App) runtimes(cfg Config, st stores) *runtime.Packs {
	dir := cfg.RuntimesDir
	if dir == "" {
		dir = filepath.Join(st.dir, "runtimes")
	}
	return runtime.NewPacks(dir)
}
