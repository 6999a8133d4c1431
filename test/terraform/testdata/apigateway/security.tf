# Who may call, and how often.

data "aws_iam_policy_document" "anybody" {
  statement {
    actions   = ["execute-api:Invoke"]
    resources = ["${aws_api_gateway_rest_api.shop.execution_arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }
  }
}

resource "aws_api_gateway_rest_api_policy" "shop" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  policy      = data.aws_iam_policy_document.anybody.json
}

resource "aws_api_gateway_authorizer" "token" {
  rest_api_id                      = aws_api_gateway_rest_api.shop.id
  name                             = "token"
  type                             = "TOKEN"
  authorizer_uri                   = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:ask/invocations"
  identity_source                  = "method.request.header.Auth"
  authorizer_result_ttl_in_seconds = 60
}

resource "aws_api_gateway_method" "order" {
  rest_api_id      = aws_api_gateway_rest_api.shop.id
  resource_id      = aws_api_gateway_resource.pet.id
  http_method      = "POST"
  authorization    = "CUSTOM"
  authorizer_id    = aws_api_gateway_authorizer.token.id
  api_key_required = true

  request_validator_id = aws_api_gateway_request_validator.all.id
  request_parameters   = { "method.request.path.id" = true }
  request_models       = { "application/json" = aws_api_gateway_model.pet.name }
}

resource "aws_api_gateway_request_validator" "all" {
  rest_api_id                 = aws_api_gateway_rest_api.shop.id
  name                        = "all"
  validate_request_body       = true
  validate_request_parameters = true
}

resource "aws_api_gateway_integration" "order" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  resource_id = aws_api_gateway_resource.pet.id
  http_method = aws_api_gateway_method.order.http_method
  type        = "MOCK"
}

resource "aws_api_gateway_gateway_response" "unauthorized" {
  rest_api_id         = aws_api_gateway_rest_api.shop.id
  response_type       = "UNAUTHORIZED"
  status_code         = "401"
  response_templates  = { "application/json" = "{\"message\": $context.error.messageString}" }
  response_parameters = { "gatewayresponse.header.X-Hello" = "'${var.greeting}'" }
}

resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  stage_name  = aws_api_gateway_stage.prod.stage_name
  method_path = "*/*"

  settings {
    throttling_rate_limit  = 100
    throttling_burst_limit = 50
    logging_level          = "INFO"
    caching_enabled        = true
    metrics_enabled        = true
    cache_ttl_in_seconds   = 60
    cache_data_encrypted   = true

    require_authorization_for_cache_control    = true
    unauthorized_cache_control_header_strategy = "FAIL_WITH_403"
  }
}

resource "aws_api_gateway_api_key" "ann" {
  name        = "ann"
  description = "hello ${var.greeting}"
  value       = "a-key-of-more-than-twenty-characters"
  tags        = { team = "pets" }
}

resource "aws_api_gateway_usage_plan" "basic" {
  name        = "basic"
  description = "hello ${var.greeting}"
  tags        = { team = "pets" }

  api_stages {
    api_id = aws_api_gateway_rest_api.shop.id
    stage  = aws_api_gateway_stage.prod.stage_name
  }

  quota_settings {
    limit  = 100
    period = "DAY"
  }

  throttle_settings {
    rate_limit  = 10
    burst_limit = 5
  }
}

resource "aws_api_gateway_usage_plan_key" "ann" {
  key_id        = aws_api_gateway_api_key.ann.id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.basic.id
}

resource "aws_api_gateway_authorizer" "pool" {
  rest_api_id   = aws_api_gateway_rest_api.shop.id
  name          = "pool"
  type          = "COGNITO_USER_POOLS"
  provider_arns = ["arn:aws:cognito-idp:us-east-1:${data.aws_caller_identity.me.account_id}:userpool/us-east-1_abc123DEF"]
}

resource "aws_api_gateway_method" "cancel" {
  rest_api_id          = aws_api_gateway_rest_api.shop.id
  resource_id          = aws_api_gateway_resource.pet.id
  http_method          = "DELETE"
  authorization        = "COGNITO_USER_POOLS"
  authorizer_id        = aws_api_gateway_authorizer.pool.id
  authorization_scopes = ["pets/write"]
}

resource "aws_api_gateway_integration" "cancel" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  resource_id = aws_api_gateway_resource.pet.id
  http_method = aws_api_gateway_method.cancel.http_method
  type        = "MOCK"
}
