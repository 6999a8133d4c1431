package s3

func isPublicPolicy(string) bool { return false }
