# Every resource type of Lambda that the server has. The test writes code.zip.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  skip_metadata_api_check = true
  s3_use_path_style       = true
}

variable "greeting" {
  type    = string
  default = "world"
}

data "aws_caller_identity" "me" {}

data "aws_region" "here" {}

resource "aws_iam_role" "worker" {
  name = "worker"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "worker" {
  name = "all"
  role = aws_iam_role.worker.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["logs:*", "dynamodb:*", "lambda:*", "s3:*"], Resource = "*" }]
  })
}

# Code, here and there.

resource "aws_s3_bucket" "code" {
  bucket        = "packages"
  force_destroy = true
}

resource "aws_s3_object" "code" {
  bucket = aws_s3_bucket.code.id
  key    = "code.zip"
  source = "code.zip"
  etag   = filemd5("code.zip")
}

resource "aws_lambda_code_signing_config" "lax" {
  description = "nobody has to sign"
  tags        = { team = "pets" }
  allowed_publishers {
    signing_profile_version_arns = ["arn:aws:signer:${data.aws_region.here.name}:${data.aws_caller_identity.me.account_id}:/signing-profiles/test"]
  }
  policies {
    untrusted_artifact_on_deployment = "Warn"
  }
}

resource "aws_lambda_layer_version" "tools" {
  layer_name               = "tools"
  description              = "what all have"
  license_info             = "Apache-2.0"
  s3_bucket                = aws_s3_object.code.bucket
  s3_key                   = aws_s3_object.code.key
  compatible_runtimes      = ["nodejs22.x", "python3.12"]
  compatible_architectures = ["x86_64"]
}

resource "aws_lambda_layer_version_permission" "all" {
  layer_name     = aws_lambda_layer_version.tools.layer_arn
  version_number = aws_lambda_layer_version.tools.version
  statement_id   = "everybody"
  action         = "lambda:GetLayerVersion"
  principal      = "*"
}

# A function with everything.

resource "aws_lambda_function" "greet" {
  function_name                  = "greet"
  description                    = "greets"
  role                           = aws_iam_role.worker.arn
  handler                        = "index.handler"
  runtime                        = "nodejs22.x"
  filename                       = "code.zip"
  source_code_hash               = filebase64sha256("code.zip")
  memory_size                    = 256
  timeout                        = 10
  publish                        = true
  architectures                  = ["x86_64"]
  layers                         = [aws_lambda_layer_version.tools.arn]
  reserved_concurrent_executions = 10
  code_signing_config_arn        = aws_lambda_code_signing_config.lax.arn
  tags                           = { team = "pets" }

  environment {
    variables = { GREETING = var.greeting }
  }
  ephemeral_storage {
    size = 1024
  }
  tracing_config {
    mode = "Active"
  }
  logging_config {
    log_format            = "JSON"
    application_log_level = "DEBUG"
    system_log_level      = "WARN"
    log_group             = "/greetings"
  }

  depends_on = [aws_iam_role_policy.worker]
}

resource "aws_lambda_function" "plain" {
  function_name = "plain"
  role          = aws_iam_role.worker.arn
  handler       = "index.handler"
  runtime       = "nodejs22.x"
  s3_bucket     = aws_s3_object.code.bucket
  s3_key        = aws_s3_object.code.key
  depends_on    = [aws_iam_role_policy.worker]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "what callers get"
  function_name    = aws_lambda_function.greet.function_name
  function_version = aws_lambda_function.greet.version
}

resource "aws_lambda_permission" "bucket" {
  statement_id   = "bucket"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.greet.function_name
  qualifier      = aws_lambda_alias.live.name
  principal      = "s3.amazonaws.com"
  source_arn     = aws_s3_bucket.code.arn
  source_account = data.aws_caller_identity.me.account_id
}

resource "aws_lambda_permission" "skill" {
  action             = "lambda:InvokeFunction"
  function_name      = aws_lambda_function.plain.function_name
  principal          = "alexa-appkit.amazon.com"
  event_source_token = "amzn1.ask.skill.1"
}

resource "aws_lambda_permission" "everybody" {
  statement_id           = "url"
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = aws_lambda_function.greet.function_name
  qualifier              = aws_lambda_alias.live.name
  principal              = "*"
  function_url_auth_type = "NONE"
}

# Versions of the provider from 6 on have invoked_via_function_url for it.
resource "aws_lambda_permission" "everybody_invokes" {
  statement_id  = "url-invokes"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.greet.function_name
  qualifier     = aws_lambda_alias.live.name
  principal     = "*"
}

resource "aws_lambda_function_url" "live" {
  function_name      = aws_lambda_function.greet.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = "NONE"
  cors {
    allow_credentials = true
    allow_origins     = ["https://example.com"]
    allow_methods     = ["GET", "POST"]
    allow_headers     = ["date"]
    expose_headers    = ["date"]
    max_age           = 60
  }
}

resource "aws_lambda_function_url" "plain" {
  function_name      = aws_lambda_function.plain.function_name
  authorization_type = "AWS_IAM"
  invoke_mode        = "RESPONSE_STREAM"
}

resource "aws_lambda_function_event_invoke_config" "greet" {
  function_name                = aws_lambda_function.greet.function_name
  qualifier                    = aws_lambda_alias.live.name
  maximum_event_age_in_seconds = 60
  maximum_retry_attempts       = 0
  destination_config {
    on_success {
      destination = aws_lambda_function.plain.arn
    }
    on_failure {
      destination = aws_s3_bucket.code.arn
    }
  }
}

resource "aws_lambda_provisioned_concurrency_config" "live" {
  function_name                     = aws_lambda_function.greet.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = 1
}

resource "aws_lambda_runtime_management_config" "plain" {
  function_name     = aws_lambda_function.plain.function_name
  update_runtime_on = "FunctionUpdate"
}

resource "aws_lambda_function_recursion_config" "plain" {
  function_name  = aws_lambda_function.plain.function_name
  recursive_loop = "Allow"
}

# A table whose changes a function gets.

resource "aws_dynamodb_table" "things" {
  name             = "things"
  billing_mode     = "PAY_PER_REQUEST"
  hash_key         = "id"
  stream_enabled   = true
  stream_view_type = "NEW_IMAGE"
  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_lambda_event_source_mapping" "things" {
  event_source_arn                   = aws_dynamodb_table.things.stream_arn
  function_name                      = aws_lambda_function.plain.arn
  starting_position                  = "LATEST"
  batch_size                         = 10
  maximum_batching_window_in_seconds = 1
  parallelization_factor             = 2
  maximum_retry_attempts             = 3
  maximum_record_age_in_seconds      = 120
  bisect_batch_on_function_error     = true
  function_response_types            = ["ReportBatchItemFailures"]
  tags                               = { team = "pets" }
  filter_criteria {
    filter {
      pattern = jsonencode({ eventName = ["INSERT"] })
    }
  }
  destination_config {
    on_failure {
      destination_arn = aws_s3_bucket.code.arn
    }
  }
}

# Invocation, and what is read back.

resource "aws_lambda_invocation" "once" {
  function_name = aws_lambda_function.greet.function_name
  qualifier     = aws_lambda_alias.live.name
  input         = jsonencode({ name = "terraform" })
}

data "aws_lambda_function" "greet" {
  function_name = aws_lambda_function.greet.function_name
  qualifier     = aws_lambda_alias.live.name
}

data "aws_lambda_functions" "all" {
  depends_on = [aws_lambda_function.greet, aws_lambda_function.plain]
}

data "aws_lambda_layer_version" "tools" {
  layer_name = aws_lambda_layer_version.tools.layer_name
}

data "aws_lambda_code_signing_config" "lax" {
  arn = aws_lambda_code_signing_config.lax.arn
}

data "aws_lambda_function_url" "live" {
  function_name = aws_lambda_function_url.live.function_name
  qualifier     = aws_lambda_function_url.live.qualifier
}

output "result" {
  value = aws_lambda_invocation.once.result
}

output "url_id" {
  value = data.aws_lambda_function_url.live.url_id
}

output "functions" {
  value = join(",", sort(data.aws_lambda_functions.all.function_names))
}
