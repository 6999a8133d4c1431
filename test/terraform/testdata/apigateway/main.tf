# Every resource type of API Gateway's REST APIs that the server has.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  skip_metadata_api_check = true
}

variable "greeting" {
  type    = string
  default = "world"
}

data "aws_caller_identity" "me" {}

# An API, piece by piece.

resource "aws_api_gateway_rest_api" "shop" {
  name               = "shop"
  description        = "sells pets"
  binary_media_types = ["image/png"]
  tags               = { team = "pets" }

  minimum_compression_size = 1024

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_resource" "pets" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  parent_id   = aws_api_gateway_rest_api.shop.root_resource_id
  path_part   = "pets"
}

resource "aws_api_gateway_resource" "pet" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  parent_id   = aws_api_gateway_resource.pets.id
  path_part   = "{id}"
}

resource "aws_api_gateway_model" "pet" {
  rest_api_id  = aws_api_gateway_rest_api.shop.id
  name         = "Pet"
  description  = "a pet"
  content_type = "application/json"
  schema       = jsonencode({ type = "object", properties = { pet = { type = "string" } } })
}

resource "aws_api_gateway_method" "pet" {
  rest_api_id        = aws_api_gateway_rest_api.shop.id
  resource_id        = aws_api_gateway_resource.pet.id
  http_method        = "GET"
  authorization      = "NONE"
  operation_name     = "GetPet"
  request_parameters = { "method.request.path.id" = true, "method.request.header.X-Trace" = false }
  request_models     = { "application/json" = aws_api_gateway_model.pet.name }
}

resource "aws_api_gateway_method_response" "ok" {
  rest_api_id         = aws_api_gateway_rest_api.shop.id
  resource_id         = aws_api_gateway_resource.pet.id
  http_method         = aws_api_gateway_method.pet.http_method
  status_code         = "200"
  response_models     = { "application/json" = aws_api_gateway_model.pet.name }
  response_parameters = { "method.response.header.X-Kind" = true }
}

resource "aws_api_gateway_integration" "pet" {
  rest_api_id          = aws_api_gateway_rest_api.shop.id
  resource_id          = aws_api_gateway_resource.pet.id
  http_method          = aws_api_gateway_method.pet.http_method
  type                 = "MOCK"
  passthrough_behavior = "WHEN_NO_TEMPLATES"
  timeout_milliseconds = 5000
  cache_key_parameters = ["method.request.path.id"]
  cache_namespace      = "pets"
  request_templates    = { "application/json" = "{\"statusCode\": 200}" }
}

resource "aws_api_gateway_integration_response" "ok" {
  rest_api_id         = aws_api_gateway_rest_api.shop.id
  resource_id         = aws_api_gateway_resource.pet.id
  http_method         = aws_api_gateway_method.pet.http_method
  status_code         = aws_api_gateway_method_response.ok.status_code
  response_parameters = { "method.response.header.X-Kind" = "'pet'" }
  response_templates  = { "application/json" = "{\"pet\": \"$input.params('id')\"}" }
  depends_on          = [aws_api_gateway_integration.pet]
}

resource "aws_api_gateway_deployment" "shop" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  description = "the first"
  depends_on  = [aws_api_gateway_integration_response.ok, aws_api_gateway_integration.order, aws_api_gateway_integration.cancel, aws_api_gateway_rest_api_policy.shop]

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_deployment" "next" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  description = "the second"
  depends_on  = [aws_api_gateway_deployment.shop]
}

resource "aws_api_gateway_documentation_part" "shop" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  properties  = jsonencode({ description = "a shop for pets, and hello ${var.greeting}" })

  location {
    type   = "METHOD"
    path   = "/pets/{id}"
    method = "GET"
  }
}

resource "aws_api_gateway_documentation_version" "shop" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  version     = "v1"
  description = "hello ${var.greeting}"
  depends_on  = [aws_api_gateway_documentation_part.shop]
}

resource "aws_api_gateway_stage" "prod" {
  rest_api_id           = aws_api_gateway_rest_api.shop.id
  deployment_id         = aws_api_gateway_deployment.shop.id
  stage_name            = "prod"
  description           = "for all"
  documentation_version = aws_api_gateway_documentation_version.shop.version
  variables             = { greeting = var.greeting }
  tags                  = { team = "pets" }
  client_certificate_id = aws_api_gateway_client_certificate.shop.id
  xray_tracing_enabled  = true
  cache_cluster_enabled = true
  cache_cluster_size    = "0.5"

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.calls.arn
    format          = "$context.requestId $context.httpMethod $context.path $context.status"
  }

  canary_settings {
    deployment_id            = aws_api_gateway_deployment.next.id
    percent_traffic          = 12.5
    use_stage_cache          = true
    stage_variable_overrides = { greeting = "canary, ${var.greeting}" }
  }

  depends_on = [aws_api_gateway_account.this]
}

resource "aws_cloudwatch_log_group" "calls" {
  name = "calls"
}

# An API from a document.

resource "aws_api_gateway_rest_api" "hidden" {
  name                         = "hidden"
  disable_execute_api_endpoint = true
}

resource "aws_api_gateway_rest_api" "imported" {
  name = "imported"

  body = jsonencode({
    openapi = "3.0.1"
    info    = { title = "imported", version = "1.0" }

    x-amazon-apigateway-minimum-compression-size = 512

    paths = {
      "/hello" = {
        get = {
          responses = { "200" = { description = "ok", content = {} } }
          "x-amazon-apigateway-integration" = {
            type             = "mock"
            requestTemplates = { "application/json" = "{\"statusCode\": 200}" }
            responses = {
              default = { statusCode = "200", responseTemplates = { "application/json" = "{\"hello\": \"${var.greeting}\"}" } }
            }
          }
        }
      }
    }
  })
}

resource "aws_api_gateway_deployment" "imported" {
  rest_api_id = aws_api_gateway_rest_api.imported.id
  triggers    = { body = sha1(aws_api_gateway_rest_api.imported.body) }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_stage" "live" {
  rest_api_id   = aws_api_gateway_rest_api.imported.id
  deployment_id = aws_api_gateway_deployment.imported.id
  stage_name    = "live"
}

# A name of its own.

resource "aws_api_gateway_domain_name" "shop" {
  domain_name              = "shop.example.com"
  regional_certificate_arn = "arn:aws:acm:us-east-1:000000000000:certificate/5e1f0a39-0000-4000-8000-000000000001"
  security_policy          = "TLS_1_2"
  tags                     = { team = "pets" }

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_s3_bucket" "certificates" {
  bucket = "certificates-of-clients"
}

resource "aws_s3_object" "clients" {
  bucket = aws_s3_bucket.certificates.bucket
  key    = "clients.pem"
  source = "clients.pem"
}

resource "aws_api_gateway_domain_name" "mutual" {
  domain_name                            = "mutual.example.com"
  regional_certificate_arn               = "arn:aws:acm:us-east-1:000000000000:certificate/5e1f0a39-0000-4000-8000-000000000001"
  ownership_verification_certificate_arn = "arn:aws:acm:us-east-1:000000000000:certificate/5e1f0a39-0000-4000-8000-000000000003"
  security_policy                        = "TLS_1_2"

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  mutual_tls_authentication {
    truststore_uri = "s3://${aws_s3_object.clients.bucket}/${aws_s3_object.clients.key}"
  }
}

resource "aws_api_gateway_domain_name" "private" {
  domain_name     = "private.example.com"
  certificate_arn = "arn:aws:acm:us-east-1:000000000000:certificate/5e1f0a39-0000-4000-8000-000000000001"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = "*", Action = "execute-api:Invoke", Resource = ["execute-api:/*"] },
      { Effect = "Deny", Principal = "*", Action = "execute-api:Invoke", Resource = ["execute-api:/*"],
      Condition = { StringNotEquals = { "aws:SourceVpce" = "vpce-0a1b2c3d4e5f60718" } } },
    ]
  })

  endpoint_configuration {
    types = ["PRIVATE"]
  }
}

resource "aws_api_gateway_domain_name_access_association" "private" {
  access_association_source      = "vpce-0a1b2c3d4e5f60718"
  access_association_source_type = "VPCE"
  domain_name_arn                = aws_api_gateway_domain_name.private.arn
  tags                           = { team = "pets" }
}

resource "aws_api_gateway_rest_api" "private" {
  name = "private"

  endpoint_configuration {
    types            = ["PRIVATE"]
    vpc_endpoint_ids = ["vpce-0a1b2c3d4e5f60718"]
  }
}

resource "aws_api_gateway_domain_name" "edge" {
  domain_name     = "edge.example.com"
  certificate_arn = "arn:aws:acm:us-east-1:000000000000:certificate/5e1f0a39-0000-4000-8000-000000000001"
}

resource "aws_api_gateway_base_path_mapping" "v1" {
  domain_name = aws_api_gateway_domain_name.shop.domain_name
  base_path   = "v1"
  api_id      = aws_api_gateway_rest_api.shop.id
  stage_name  = aws_api_gateway_stage.prod.stage_name
}

resource "aws_api_gateway_base_path_mapping" "all" {
  domain_name = aws_api_gateway_domain_name.edge.domain_name
  api_id      = aws_api_gateway_rest_api.imported.id
}

# What is kept.

resource "aws_api_gateway_client_certificate" "shop" {
  description = "hello ${var.greeting}"
  tags        = { team = "pets" }
}

resource "aws_api_gateway_vpc_link" "shop" {
  name        = "shop"
  description = "hello ${var.greeting}"
  target_arns = ["arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/shop/50dc6c495c0c9188"]
  tags        = { team = "pets" }
}

resource "aws_api_gateway_account" "this" {
  cloudwatch_role_arn = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:role/logs"
}

# What is looked up.

data "aws_api_gateway_rest_api" "shop" {
  name       = aws_api_gateway_rest_api.shop.name
  depends_on = [aws_api_gateway_rest_api.shop]
}

data "aws_api_gateway_resource" "pet" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  path        = "/pets/{id}"
  depends_on  = [aws_api_gateway_resource.pet]
}

data "aws_api_gateway_export" "shop" {
  rest_api_id = aws_api_gateway_rest_api.shop.id
  stage_name  = aws_api_gateway_stage.prod.stage_name
  export_type = "oas30"
  parameters  = { extensions = "integrations" }
}

data "aws_api_gateway_domain_name" "shop" {
  domain_name = aws_api_gateway_domain_name.shop.domain_name
}

data "aws_api_gateway_vpc_link" "shop" {
  name       = aws_api_gateway_vpc_link.shop.name
  depends_on = [aws_api_gateway_vpc_link.shop]
}

output "api" {
  value = aws_api_gateway_rest_api.shop.id
}

output "imported" {
  value = aws_api_gateway_rest_api.imported.id
}

output "export" {
  value = data.aws_api_gateway_export.shop.body
}
