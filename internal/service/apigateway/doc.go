// Package apigateway answers the API Gateway API (REST APIs) and serves the
// calls of the APIs that were deployed with it.
//
// The control plane: each operation is one file named after it
// (createresource.go, putmethod.go), with its handler first. What they share:
//
//   - restapi.go, resource.go, method.go, methodresponse.go, integration.go,
//     model.go, validator.go, gatewayresponse.go, authorizer.go, deployment.go,
//     stage.go: one kind of thing each, with its record in the store and its refusals;
//   - methodsetting.go, cachecluster.go, accesslog.go, compression.go, policy.go,
//     account.go: what is set for a stage, an API or an account;
//   - apikey.go, usageplan.go, usage.go: who may call how often, and has;
//   - importer.go (with importparts.go, importmethod.go), describe.go: an OpenAPI
//     document into an API, and an API out of the store, for imports, exports and clones;
//   - documentation.go: what is told about an API;
//   - kept.go: things of an account beside its APIs: VPC links (vpclink.go), client
//     certificates (clientcertificate.go), domain names (domainname.go, accessassociation.go);
//   - patch.go: updates by patch operations;
//   - authorize.go, tags.go: the names of things in policies, and their tags;
//   - page.go: lists in pages;
//   - keys.go, record.go, ids.go, values.go: where everything lies in the store, in
//     which form, and how it is named.
//
// The data plane begins in serve.go, or in testinvoke.go where a method is only tried.
// A call goes through the files in this order:
//
//   - resolvedomain.go, domaintls.go, clientcert.go, privatedomain.go: names of the
//     users' own, and who may come by them;
//   - deployed.go, canary.go: which deployment a stage stands on;
//   - route.go, exchange.go, context.go: which resource a path means, and the call as
//     everything after it sees it;
//   - private.go, admit.go, askauthorizer.go with userpool.go and said.go, admitkey.go,
//     pace.go, bucket.go, validate.go: whether the caller may, and how often;
//   - cachecall.go, cachestore.go: whether the answer is cached;
//   - parameter.go, template.go, content.go, header.go: what becomes of a request, and of
//     an answer, on the way through;
//   - one of invokelambda.go, callservice.go, proxyevent.go with proxyanswer.go,
//     httpbackend.go with transports.go, or mock.go;
//   - integrationresponse.go on the way back.
//
// What the gateway itself refuses is in refusal.go, and how the API words it in
// refuse.go. What is told of calls is in phase.go, executionlog.go and logsink.go,
// metrics.go and tracing.go. DESIGN.md tells how the two planes meet.
//
// The promise that others lean on: a deployment never changes. What a stage
// serves is what stood in the API when the deployment was made, and a stage
// that was changed serves the new deployment from the next call on.
//
// The package does not know how functions run (an [Invoker] does), how a
// template is evaluated (sub-packages mapping and vtl do), what a policy
// says, nor how a signature is checked.
package apigateway
