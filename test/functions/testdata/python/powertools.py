from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent

logger = Logger(service="orders")
metrics = Metrics(namespace="shop", service="orders")
store = DynamoDBPersistenceLayer(table_name="things")
numbers = iter(range(1, 1000))


@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
@idempotent(persistence_store=store, config=IdempotencyConfig(event_key_jmespath="order"))
def order(event, context):
    logger.info("an order", extra={"order": event["order"]})
    metrics.add_metric(name="taken", unit=MetricUnit.Count, value=1)
    return {"number": next(numbers)}


app = LambdaFunctionUrlResolver()


@app.get("/hello/<name>")
def hello(name):
    return {"hello": name, "from": app.current_event.get_query_string_value("from")}


@app.get("/absent")
def absent():
    raise NotFoundError("there is nothing")


def site(event, context):
    return app.resolve(event, context)
