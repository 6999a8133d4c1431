import boto3

table = boto3.resource("dynamodb").Table("things")


def handler(event, context):
    print("working on", event["id"])
    if event.get("fail"):
        raise TypeError("cannot do " + event["id"])
    table.put_item(Item={"id": event["id"], "value": "by Python"})
    return {"name": context.function_name, "left": context.get_remaining_time_in_millis() > 0}
