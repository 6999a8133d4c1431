// Package apigateway answers the API Gateway API (REST APIs) and serves the
// calls of the APIs that were deployed with it.
//
// The control plane: each operation is one file named after it
// (createresource.go, putmethod.go), with its handler first. What they share:
//
//   - restapi.go, resource.go, method.go, integration.go, model.go,
//     deployment.go, stage.go: one kind of thing each, with its record in the
//     store and its refusals;
//   - importer.go (with importparts.go, importmethod.go), describe.go: an OpenAPI document into an API, and an API out
//     of the store, for imports, exports and clones;
//   - documentation.go: what is told about an API;
//   - kept.go:      things of an account beside its APIs: VPC links, client
//     certificates, domain names (domainname.go, and for calls resolvedomain.go,
//     domaintls.go, clientcert.go, privatedomain.go);
//   - patch.go:     updates by patch operations;
//   - authorize.go: the names of things in policies;
//   - page.go:      lists in pages;
//   - keys.go:      where everything lies in the store.
//
// The data plane begins in serve.go, and a call goes through the files in this
// order: deployed.go and canary.go (which deployment a stage stands on), route.go (which
// resource a path means), exchange.go (the call as everything after it sees it),
// private.go (through which VPC endpoint), admit.go, askauthorizer.go and admitkey.go (whether the caller may), cachecall.go (whether the answer is cached), then one of invokelambda.go, callservice.go, proxyevent.go with proxyanswer.go, httpbackend.go with transports.go
// or mock.go, and integrationresponse.go on the way back. What the gateway itself
// refuses is in refusal.go, and how the API words it in refuse.go. DESIGN.md tells how the two planes meet.
//
// The promise that others lean on: a deployment never changes. What a stage
// serves is what stood in the API when the deployment was made, and a stage
// that was changed serves the new deployment from the next call on.
//
// The package does not know how functions run (an [Invoker] does), how a
// template is evaluated (sub-packages mapping and vtl do), what a policy
// says, nor how a signature is checked.
package apigateway
