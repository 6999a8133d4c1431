package iam

import "fmt"

// linkedRole is what AWS makes for a service: a role that the service alone
// assumes, and that nobody else changes.
type linkedRole struct {
	name   string // behind linkedRolePrefix
	policy string // the name of the managed policy that it has
}

const (
	linkedRolePrefix = "AWSServiceRoleFor"
	linkedPolicies   = "arn:aws:iam::aws:policy/aws-service-role/"

	// suffixed is the one service known to take a CustomSuffix.
	suffixed = "lexv2.amazonaws.com"
)

// linkedRoles are the service-linked roles that were seen at AWS, by service.
// It is never changed.
var linkedRoles = map[string]linkedRole{
	"accountdiscovery.ssm.amazonaws.com":              {"AmazonSSM_AccountDiscovery", "AWSSystemsManagerAccountDiscoveryServicePolicy"},
	"autoscaling-plans.amazonaws.com":                 {"AutoScalingPlans_EC2AutoScaling", "AWSAutoScalingPlansEC2AutoScalingPolicy"},
	"cassandra.application-autoscaling.amazonaws.com": {"ApplicationAutoScaling_CassandraTable", "AWSApplicationAutoscalingCassandraTablePolicy"},
	"cks.kms.amazonaws.com":                           {"KeyManagementServiceCustomKeyStores", "AWSKeyManagementServiceCustomKeyStoresServiceRolePolicy"},
	"cloudtrail.amazonaws.com":                        {"CloudTrail", "CloudTrailServiceRolePolicy"},
	"config.amazonaws.com":                            {"Config", "AWSConfigServiceRolePolicy"},
	"ec2-instance-connect.amazonaws.com":              {"Ec2InstanceConnect", "Ec2InstanceConnectEndpoint"},
	"eks-fargate.amazonaws.com":                       {"AmazonEKSForFargate", "AmazonEKSForFargateServiceRolePolicy"},
	"eks.amazonaws.com":                               {"AmazonEKS", "AmazonEKSServiceRolePolicy"},
	"elasticache.amazonaws.com":                       {"ElastiCache", "ElastiCacheServiceRolePolicy"},
	"elasticfilesystem.amazonaws.com":                 {"AmazonElasticFileSystem", "AmazonElasticFileSystemServiceRolePolicy"},
	"elasticloadbalancing.amazonaws.com":              {"ElasticLoadBalancing", "AWSElasticLoadBalancingServiceRolePolicy"},
	"email.cognito-idp.amazonaws.com":                 {"AmazonCognitoIdpEmailService", "AmazonCognitoIdpEmailServiceRolePolicy"},
	"emrwal.amazonaws.com":                            {"EMRWAL", "EMRDescribeClusterPolicyForEMRWAL"},
	"fis.amazonaws.com":                               {"FIS", "AmazonFISServiceRolePolicy"},
	"grafana.amazonaws.com":                           {"AmazonGrafana", "AmazonGrafanaServiceLinkedRolePolicy"},
	"imagebuilder.amazonaws.com":                      {"ImageBuilder", "AWSServiceRoleForImageBuilder"},
	"iotmanagedintegrations.amazonaws.com":            {"IoTManagedIntegrations", "AWSIoTManagedIntegrationsRolePolicy"},
	"kafka.amazonaws.com":                             {"Kafka", "KafkaServiceRolePolicy"},
	"lexv2.amazonaws.com":                             {"LexV2Bots", "AmazonLexV2BotPolicy"},
	"m2.amazonaws.com":                                {"AWSM2", "AWSM2ServicePolicy"},
	"memorydb.amazonaws.com":                          {"MemoryDB", "MemoryDBServiceRolePolicy"},
	"mrk.kms.amazonaws.com":                           {"KeyManagementServiceMultiRegionKeys", "AWSKeyManagementServiceMultiRegionKeysServiceRolePolicy"},
	"notifications.amazonaws.com":                     {"AwsUserNotifications", "AWSUserNotificationsServiceLinkedRolePolicy"},
	"ops.apigateway.amazonaws.com":                    {"APIGateway", "APIGatewayServiceRolePolicy"},
	"opsinsights.ssm.amazonaws.com":                   {"AmazonSSM_OpsInsights", "AWSSSMOpsInsightsServiceRolePolicy"},
	"ram.amazonaws.com":                               {"ResourceAccessManager", "AWSResourceAccessManagerServiceRolePolicy"},
	"rds.amazonaws.com":                               {"RDS", "AmazonRDSServiceRolePolicy"},
	"replication.cassandra.amazonaws.com":             {"KeyspacesReplication", "KeyspacesReplicationServiceRolePolicy"},
	"replication.ecr.amazonaws.com":                   {"ECRReplication", "ECRReplicationServiceRolePolicy"},
	"repository.sync.codeconnections.amazonaws.com":   {"GitSync", "AWSGitSyncServiceRolePolicy"},
	"ses.amazonaws.com":                               {"AmazonSES", "AmazonSESServiceRolePolicy"},
	"shield.amazonaws.com":                            {"AWSShield", "AWSShieldServiceRolePolicy"},
	"ssm-incidents.amazonaws.com":                     {"IncidentManager", "AWSIncidentManagerServiceRolePolicy"},
	"ssm-quicksetup.amazonaws.com":                    {"SSMQuickSetup", "SSMQuickSetupRolePolicy"},
	"vpcorigin.cloudfront.amazonaws.com":              {"CloudFrontVPCOrigin", "AWSCloudFrontVPCOriginServiceRolePolicy"},
	"wafv2.amazonaws.com":                             {"WAFV2Logging", "WAFV2LoggingServiceRolePolicy"},
}

// descriptions of linked roles, where AWS gives one. It is never changed.
var linkedDescriptions = map[string]string{
	"rds.amazonaws.com": "Allows Amazon RDS to manage AWS resources on your behalf",
}

// trustOf is the trust policy of a role that a service alone assumes.
func trustOf(service string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"%s"},"Action":"sts:AssumeRole"}]}`, service)
}

// deletion is the last deletion of a service-linked role, as it lies in the
// store.
type deletion struct {
	Form int    // of this record: 1
	Task string // the id that was given for it
}

const deletionForm = 1
