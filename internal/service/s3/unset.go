package s3

import (
	"context"
	"net/http"

	"cloudless/internal/api"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
)

// What a bucket can have on AWS and has not here. Nothing of it can be set, so
// it is true to answer that it is not: tools that read all there is of a
// bucket get what they would of a plain one.

// unset opens a bucket for a question about something that it has not.
func (s *Service) unset(ctx context.Context, call *api.Call, name string, expectedOwner *string, action string) error {
	_, err := s.enterBucket(ctx, call, name, expectedOwner, action)
	return err
}

// none is unset where S3 refuses to tell what is not there.
func (s *Service) none(ctx context.Context, call *api.Call, name string, expectedOwner *string, action string, absent *awserr.Error) error {
	if err := s.unset(ctx, call, name, expectedOwner, action); err != nil {
		return err
	}
	return absent.With(&bucketDetail{name})
}

func absent(code, message string) *awserr.Error { return refuse(http.StatusNotFound, code, message) }

// GetBucketVersioning tells that a bucket has never had versioning.
func (s *Service) GetBucketVersioning(ctx context.Context, call *api.Call, in *s3api.GetBucketVersioningRequest) (*s3api.GetBucketVersioningOutput, error) {
	return &s3api.GetBucketVersioningOutput{}, s.unset(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:GetBucketVersioning")
}

// GetBucketAccelerateConfiguration tells that a bucket has no acceleration.
func (s *Service) GetBucketAccelerateConfiguration(ctx context.Context, call *api.Call, in *s3api.GetBucketAccelerateConfigurationRequest) (*s3api.GetBucketAccelerateConfigurationOutput, error) {
	return &s3api.GetBucketAccelerateConfigurationOutput{}, s.unset(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:GetAccelerateConfiguration")
}

// GetBucketLogging tells that nobody logs who uses a bucket.
func (s *Service) GetBucketLogging(ctx context.Context, call *api.Call, in *s3api.GetBucketLoggingRequest) (*s3api.GetBucketLoggingOutput, error) {
	return &s3api.GetBucketLoggingOutput{}, s.unset(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:GetBucketLogging")
}

// GetBucketNotificationConfiguration tells that a bucket notifies nobody.
func (s *Service) GetBucketNotificationConfiguration(ctx context.Context, call *api.Call, in *s3api.GetBucketNotificationConfigurationRequest) (*s3api.NotificationConfiguration, error) {
	return &s3api.NotificationConfiguration{}, s.unset(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:GetBucketNotification")
}

// GetBucketRequestPayment tells that the owner of a bucket pays.
func (s *Service) GetBucketRequestPayment(ctx context.Context, call *api.Call, in *s3api.GetBucketRequestPaymentRequest) (*s3api.GetBucketRequestPaymentOutput, error) {
	return &s3api.GetBucketRequestPaymentOutput{Payer: "BucketOwner"}, s.unset(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:GetBucketRequestPayment")
}

// GetBucketOwnershipControls tells that the owner of a bucket owns all in it.
func (s *Service) GetBucketOwnershipControls(ctx context.Context, call *api.Call, in *s3api.GetBucketOwnershipControlsRequest) (*s3api.GetBucketOwnershipControlsOutput, error) {
	rules := []s3api.OwnershipControlsRule{{ObjectOwnership: "BucketOwnerEnforced"}}
	return &s3api.GetBucketOwnershipControlsOutput{OwnershipControls: &s3api.OwnershipControls{Rules: rules}},
		s.unset(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:GetBucketOwnershipControls")
}

// GetBucketCors refuses, since a bucket has no CORS rules.
func (s *Service) GetBucketCors(ctx context.Context, call *api.Call, in *s3api.GetBucketCorsRequest) (*s3api.GetBucketCorsOutput, error) {
	return nil, s.none(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:GetBucketCORS",
		absent("NoSuchCORSConfiguration", "The CORS configuration does not exist"))
}

// GetBucketEncryption refuses: S3 encrypts whatever it keeps, and this does
// not.
func (s *Service) GetBucketEncryption(ctx context.Context, call *api.Call, in *s3api.GetBucketEncryptionRequest) (*s3api.GetBucketEncryptionOutput, error) {
	return nil, s.none(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:GetEncryptionConfiguration",
		absent("ServerSideEncryptionConfigurationNotFoundError", "The server side encryption configuration was not found"))
}

// GetBucketLifecycleConfiguration refuses, since nothing ends by itself.
func (s *Service) GetBucketLifecycleConfiguration(ctx context.Context, call *api.Call, in *s3api.GetBucketLifecycleConfigurationRequest) (*s3api.GetBucketLifecycleConfigurationOutput, error) {
	return nil, s.none(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:GetLifecycleConfiguration",
		absent("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"))
}

// GetBucketReplication refuses, since nothing is replicated.
func (s *Service) GetBucketReplication(ctx context.Context, call *api.Call, in *s3api.GetBucketReplicationRequest) (*s3api.GetBucketReplicationOutput, error) {
	return nil, s.none(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:GetReplicationConfiguration",
		absent("ReplicationConfigurationNotFoundError", "The replication configuration was not found"))
}

// GetBucketWebsite refuses, since a bucket is no website.
func (s *Service) GetBucketWebsite(ctx context.Context, call *api.Call, in *s3api.GetBucketWebsiteRequest) (*s3api.GetBucketWebsiteOutput, error) {
	return nil, s.none(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:GetBucketWebsite",
		absent("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"))
}

// GetObjectLockConfiguration refuses, since no object can be locked.
func (s *Service) GetObjectLockConfiguration(ctx context.Context, call *api.Call, in *s3api.GetObjectLockConfigurationRequest) (*s3api.GetObjectLockConfigurationOutput, error) {
	return nil, s.none(ctx, call, in.Bucket, in.ExpectedBucketOwner, "s3:GetBucketObjectLockConfiguration",
		absent("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket"))
}
