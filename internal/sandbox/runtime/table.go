package runtime

// SDKs, by the years in which AWS's runtimes carried them.
var (
	sdk2017 = []string{"aws-sdk@2.290.0", "dynamodb-doc@1.0.0"}
	sdk2020 = []string{"aws-sdk@2"}
	// sdk2022 is the newest of version 3 that still runs on Node 18.
	sdk2022 = clients("<=3.723.0")
	sdk3    = clients("3")
)

// boto3 is what AWS's runtimes of Python carry: the newest that runs on the
// interpreter, as AWS keeps it.
var boto3 = []string{"boto3"}

// javaClient is AWS's client of the Runtime API, in the version that we know. AWS's
// runtimes of Java carry no SDK.
var javaClient = []string{"com.amazonaws:aws-lambda-java-runtime-interface-client:2.10.1"}

// clients are the packages of the SDK for JavaScript, version 3, that functions
// use most. AWS's own runtimes carry all of them, some four hundred; the others
// come when a function requires them ([Packs.Complete]).
func clients(version string) []string {
	names := []string{
		"client-api-gateway", "client-apigatewaymanagementapi", "client-cloudformation", "client-cloudwatch",
		"client-cloudwatch-logs", "client-dynamodb", "client-dynamodb-streams", "client-eventbridge",
		"client-iam", "client-kms", "client-lambda", "client-s3", "client-secrets-manager", "client-sfn",
		"client-sns", "client-sqs", "client-ssm", "client-sts", "credential-providers", "lib-dynamodb",
		"lib-storage", "s3-request-presigner", "util-dynamodb",
	}
	packages := make([]string, len(names))
	for i, name := range names {
		packages[i] = "@aws-sdk/" + name + "@" + version
	}
	return packages
}

// table is every identifier that we run.
var table = []Runtime{
	{Identifier: "nodejs4.3", Family: Node, Era: Early, Version: "4.3.2", packages: sdk2017},
	{Identifier: "nodejs4.3-edge", Family: Node, Era: Early, Version: "4.3.2", packages: sdk2017, pack: "nodejs4.3"},
	// AWS's had Node 0.10, which our bootstrap is too young for.
	{Identifier: "nodejs", Family: Node, Era: Early, Version: "4.3.2", packages: sdk2017, pack: "nodejs4.3"},
	{Identifier: "nodejs6.10", Family: Node, Era: Early, Version: "6.10.3", packages: sdk2017},
	{Identifier: "nodejs8.10", Family: Node, Era: Early, Version: "8.10.0", packages: sdk2017},
	{Identifier: "nodejs10.x", Family: Node, Era: Middle, Version: "10", packages: sdk2020},
	{Identifier: "nodejs12.x", Family: Node, Era: Middle, Version: "12", packages: sdk2020},
	{Identifier: "nodejs14.x", Family: Node, Era: Middle, Version: "14", packages: sdk2020},
	{Identifier: "nodejs16.x", Family: Node, Era: Middle, Version: "16", packages: sdk2020},
	{Identifier: "nodejs18.x", Family: Node, Era: Current, Version: "18", packages: sdk2022},
	{Identifier: "nodejs20.x", Family: Node, Era: Current, Version: "20", packages: sdk3},
	{Identifier: "nodejs22.x", Family: Node, Era: Current, Version: "22", packages: sdk3},
	{Identifier: "nodejs24.x", Family: Node, Era: Current, Version: "24", packages: sdk3},
	// What is written for Python 2 alone does not parse on what this runs on.
	{Identifier: "python2.7", Family: Python, Era: Middle, Version: "2.7", packages: boto3},
	{Identifier: "python3.6", Family: Python, Era: Middle, Version: "3.6", packages: boto3},
	{Identifier: "python3.7", Family: Python, Era: Middle, Version: "3.7", packages: boto3},
	{Identifier: "python3.8", Family: Python, Era: Middle, Version: "3.8", packages: boto3},
	{Identifier: "python3.9", Family: Python, Era: Current, Version: "3.9", packages: boto3},
	{Identifier: "python3.10", Family: Python, Era: Current, Version: "3.10", packages: boto3},
	{Identifier: "python3.11", Family: Python, Era: Current, Version: "3.11", packages: boto3},
	{Identifier: "python3.12", Family: Python, Era: Current, Version: "3.12", packages: boto3},
	{Identifier: "python3.13", Family: Python, Era: Current, Version: "3.13", packages: boto3},
	{Identifier: "python3.14", Family: Python, Era: Current, Version: "3.14", packages: boto3},
	{Identifier: "java8", Family: Java, Era: Middle, Version: "8", packages: javaClient},
	{Identifier: "java8.al2", Family: Java, Era: Current, Version: "8", packages: javaClient},
	{Identifier: "java11", Family: Java, Era: Current, Version: "11", packages: javaClient},
	{Identifier: "java17", Family: Java, Era: Current, Version: "17", packages: javaClient},
	{Identifier: "java21", Family: Java, Era: Current, Version: "21", packages: javaClient},
	{Identifier: "java25", Family: Java, Era: Current, Version: "25", packages: javaClient},
	{Identifier: "ruby2.5", Family: Ruby, Era: Middle, Version: "2.5"},
	{Identifier: "ruby2.7", Family: Ruby, Era: Middle, Version: "2.7"},
	{Identifier: "ruby3.2", Family: Ruby, Era: Current, Version: "3.2"},
	{Identifier: "ruby3.3", Family: Ruby, Era: Current, Version: "3.3"},
	{Identifier: "ruby3.4", Family: Ruby, Era: Current, Version: "3.4"},
	{Identifier: "ruby4.0", Family: Ruby, Era: Current, Version: "4.0"},
	{Identifier: "go1.x", Family: Go, Era: Middle},
	{Identifier: "provided", Family: Provided, Era: Middle},
	{Identifier: "provided.al2", Family: Provided, Era: Current},
	{Identifier: "provided.al2023", Family: Provided, Era: Current},
}
