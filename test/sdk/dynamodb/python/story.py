"""DynamoDB's story, told by boto3.

The environment says where the server is, and in STORY_CHAPTERS which chapters
to tell. Each ends with a line "ok" and its name.
"""

import os
import time
import traceback
from decimal import Decimal

import boto3
from boto3.dynamodb.conditions import Attr, Key
from boto3.dynamodb.types import Binary
from botocore.exceptions import ClientError

client = boto3.client("dynamodb")
resource = boto3.resource("dynamodb")
streams = boto3.client("dynamodbstreams")


def refused(code, call, *arguments, **named):
    """Wants a refusal, and returns it."""
    try:
        call(*arguments, **named)
    except ClientError as e:
        assert e.response["Error"]["Code"] == code, e.response
        return e.response
    raise AssertionError(f"not refused with {code}")


def make(name, **more):
    """Makes a table with pk and sk."""
    table = resource.create_table(**{
        "TableName": name,
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "N"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "BillingMode": "PAY_PER_REQUEST",
        **more,
    })
    table.wait_until_exists()
    return table


def eventually(what, check, seconds=60):
    deadline = time.time() + seconds
    while time.time() < deadline:
        found = check()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen in {seconds} s")


def tables():
    created = client.create_table(
        TableName="music",
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in (("Artist", "S"), ("Song", "S"), ("Year", "N"), ("Genre", "S"))],
        KeySchema=[{"AttributeName": "Artist", "KeyType": "HASH"}, {"AttributeName": "Song", "KeyType": "RANGE"}],
        LocalSecondaryIndexes=[{
            "IndexName": "by-year",
            "KeySchema": [{"AttributeName": "Artist", "KeyType": "HASH"}, {"AttributeName": "Year", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }],
        GlobalSecondaryIndexes=[{
            "IndexName": "by-genre",
            "KeySchema": [{"AttributeName": "Genre", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["Price"]},
            "ProvisionedThroughput": {"ReadCapacityUnits": 3, "WriteCapacityUnits": 2},
        }],
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 4},
        Tags=[{"Key": "team", "Value": "a"}],
    )["TableDescription"]
    assert created["TableStatus"] == "CREATING", created
    client.get_waiter("table_exists").wait(TableName="music")
    table = client.describe_table(TableName="music")["Table"]
    assert table["TableStatus"] == "ACTIVE" and table["ItemCount"] == 0, table
    assert table["TableArn"] == f"arn:aws:dynamodb:us-east-1:{os.environ['STORY_ACCOUNT']}:table/music", table
    assert table["ProvisionedThroughput"]["ReadCapacityUnits"] == 5, table
    assert table["GlobalSecondaryIndexes"][0]["IndexStatus"] == "ACTIVE", table
    assert table["GlobalSecondaryIndexes"][0]["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["Price"]}, table
    assert table["LocalSecondaryIndexes"][0]["IndexArn"] == table["TableArn"] + "/index/by-year", table

    again = refused("ResourceInUseException", make, "music")
    assert again["Error"]["Message"] == "Table already exists: music", again
    for name in ("list-a", "list-b", "list-c"):
        make(name)
    pages = list(client.get_paginator("list_tables").paginate(PaginationConfig={"PageSize": 3}))
    assert [p["TableNames"] for p in pages] == [["list-a", "list-b", "list-c"], ["music"]], pages

    client.tag_resource(ResourceArn=table["TableArn"], Tags=[{"Key": "team", "Value": "b"}, {"Key": "stage", "Value": "test"}])
    client.untag_resource(ResourceArn=table["TableArn"], TagKeys=["stage"])
    assert client.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == [{"Key": "team", "Value": "b"}]

    assert client.delete_table(TableName="music")["TableDescription"]["TableStatus"] == "DELETING"
    client.get_waiter("table_not_exists").wait(TableName="music")
    gone = refused("ResourceNotFoundException", client.describe_table, TableName="music")
    assert gone["Error"]["Message"] == "Requested resource not found: Table: music not found", gone


def items():
    table = make("items")
    whole = {
        "pk": "a", "sk": Decimal(1), "text": "ä\u0000😀", "none": None, "yes": True, "empty": "",
        "big": Decimal("1234567890123456789012345678901234567.8"), "small": Decimal("-1E-130"),
        "bytes": Binary(b"\x00\xff"), "nothing": Binary(b""),
        "list": [Decimal(1), "two", [None, {"three": Decimal(3)}]], "map": {"": "empty name", "deep": {"er": []}},
        "words": {"a", "b"}, "numbers": {Decimal(1), Decimal("2.5")}, "blobs": {Binary(b"x"), Binary(b"y")},
    }
    assert "Attributes" not in table.put_item(Item=whole, ReturnValues="ALL_OLD")
    assert table.get_item(Key={"pk": "a", "sk": 1}, ConsistentRead=True)["Item"] == whole
    part = table.get_item(Key={"pk": "a", "sk": 1}, ProjectionExpression="#l[2][1].three, #m.deep", ExpressionAttributeNames={"#l": "list", "#m": "map"})
    assert part["Item"] == {"list": [[{"three": 3}]], "map": {"deep": {"er": []}}}, part
    assert table.put_item(Item={"pk": "a", "sk": 1, "n": 1}, ReturnValues="ALL_OLD")["Attributes"] == whole

    updated = table.update_item(
        Key={"pk": "a", "sk": 1},
        UpdateExpression="SET #l = list_append(if_not_exists(#l, :none), :two), m = :m, n = n + :one ADD words :a, hits :one REMOVE nosuch",
        ExpressionAttributeNames={"#l": "list"},
        ExpressionAttributeValues={":none": [], ":two": [1, 2], ":m": {"x": 1}, ":one": 1, ":a": {"a"}},
        ReturnValues="UPDATED_NEW",
    )["Attributes"]
    assert updated == {"list": [1, 2], "m": {"x": 1}, "n": 2, "words": {"a"}, "hits": 1}, updated
    updated = table.update_item(
        Key={"pk": "a", "sk": 1}, UpdateExpression="SET m.y = :y, #l[1] = :y REMOVE #l[0] DELETE words :a",
        ExpressionAttributeNames={"#l": "list"}, ExpressionAttributeValues={":y": "y", ":a": {"a"}}, ReturnValues="ALL_NEW",
    )["Attributes"]
    assert updated == {"pk": "a", "sk": 1, "list": ["y"], "m": {"x": 1, "y": "y"}, "n": 2, "hits": 1}, updated
    assert table.delete_item(Key={"pk": "a", "sk": 1}, ReturnValues="ALL_OLD")["Attributes"] == updated
    assert "Item" not in table.get_item(Key={"pk": "a", "sk": 1})

    wrong = refused("ValidationException", table.put_item, Item={"pk": "a"})
    assert wrong["Error"]["Message"] == "One or more parameter values were invalid: Missing the key sk in the item", wrong
    large = refused("ValidationException", table.put_item, Item={"pk": "a", "sk": 1, "x": "x" * (400 * 1024)})
    assert large["Error"]["Message"] == "Item size has exceeded the maximum allowed size", large


def conditions():
    table = make("conditions")
    first = {"pk": "a", "sk": 1, "name": "first", "tags": {"x", "y"}, "n": 5}
    table.put_item(Item=first, ConditionExpression=Attr("pk").not_exists())
    taken = refused("ConditionalCheckFailedException", table.put_item, Item={"pk": "a", "sk": 1},
                    ConditionExpression="attribute_not_exists(pk)", ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert taken["Error"]["Message"] == "The conditional request failed", taken
    assert taken["Item"]["name"] == {"S": "first"}, taken

    def bump(condition):
        return table.update_item(Key={"pk": "a", "sk": 1}, UpdateExpression="SET n = n + :one", ConditionExpression=condition,
                                 ExpressionAttributeValues={":one": 1}, ReturnValues="UPDATED_OLD")
    holds = (Attr("n").eq(5) & Attr("name").begins_with("fi"), Attr("tags").contains("x") | Attr("none").exists(), Attr("n").between(6, 8),
             ~Attr("n").is_in([1, 2]), Attr("name").size().eq(5), Attr("tags").attribute_type("SS"), Attr("n").ne(5))
    for before, condition in enumerate(holds, start=5):
        assert bump(condition)["Attributes"] == {"n": before}, condition
    for condition in (Attr("n").lt(12), Attr("name").begins_with("x"), Attr("tags").contains("z"), Attr("none").exists()):
        refused("ConditionalCheckFailedException", bump, condition)
    assert table.get_item(Key={"pk": "a", "sk": 1})["Item"]["n"] == 12

    old = client.put_item(TableName="conditions", Item={"pk": {"S": "b"}, "sk": {"N": "1"}}, Expected={"pk": {"Exists": False}})
    assert old["ResponseMetadata"]["HTTPStatusCode"] == 200
    refused("ConditionalCheckFailedException", client.put_item, TableName="conditions", Item={"pk": {"S": "b"}, "sk": {"N": "1"}}, Expected={"pk": {"Exists": False}})


def paging():
    table = make("paging", AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in (("pk", "S"), ("sk", "N"), ("color", "S"))],
                 GlobalSecondaryIndexes=[{"IndexName": "by-color", "KeySchema": [{"AttributeName": "color", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
                                          "Projection": {"ProjectionType": "ALL"}}])
    with table.batch_writer() as batch:
        for pk in ("a", "b"):
            for sk in range(40):
                item = {"pk": pk, "sk": sk, "pad": "x" * 30000}
                if sk % 4 == 0:
                    item["color"] = "red"
                batch.put_item(Item=item)

    first = table.query(KeyConditionExpression=Key("pk").eq("a"))  # 40 × 30 KB are more than a page of 1 MB
    assert 30 < first["Count"] < 40 and first["LastEvaluatedKey"] == {"pk": "a", "sk": first["Count"] - 1}, first["Count"]
    rest = table.query(KeyConditionExpression=Key("pk").eq("a"), ExclusiveStartKey=first["LastEvaluatedKey"])
    assert first["Count"] + rest["Count"] == 40 and "LastEvaluatedKey" not in rest

    down = table.query(KeyConditionExpression=Key("pk").eq("a") & Key("sk").between(10, 20), ScanIndexForward=False, Limit=3)
    assert [i["sk"] for i in down["Items"]] == [20, 19, 18] and down["LastEvaluatedKey"]["sk"] == 18
    filtered = table.query(KeyConditionExpression=Key("pk").eq("a") & Key("sk").lt(20), FilterExpression=Attr("color").eq("red"), ProjectionExpression="sk")
    assert filtered["Items"] == [{"sk": n} for n in (0, 4, 8, 12, 16)] and filtered["ScannedCount"] == 20, filtered
    counted = table.query(KeyConditionExpression=Key("pk").eq("a") & Key("sk").gte(35), Select="COUNT", ReturnConsumedCapacity="TOTAL")
    assert counted["Count"] == 5 and "Items" not in counted, counted
    assert counted["ConsumedCapacity"] == {"TableName": "paging", "CapacityUnits": 18.5}, counted  # 5 × 30,0xx bytes by 4 KB, halved

    pages = client.get_paginator("query").paginate(
        TableName="paging", IndexName="by-color", KeyConditionExpression="color = :c", ExpressionAttributeValues={":c": {"S": "red"}},
        ProjectionExpression="pk, sk", PaginationConfig={"PageSize": 7})
    reds = [(i["pk"]["S"], int(i["sk"]["N"])) for page in pages for i in page["Items"]]
    assert sorted(reds) == [(pk, sk) for pk in "ab" for sk in range(0, 40, 4)] and [n for _, n in reds] == sorted(n for _, n in reds), reds

    seen = []
    for segment in range(3):
        for page in client.get_paginator("scan").paginate(TableName="paging", Segment=segment, TotalSegments=3, ProjectionExpression="pk, sk"):
            seen += [(i["pk"]["S"], int(i["sk"]["N"])) for i in page["Items"]]
    assert sorted(seen) == [(pk, sk) for pk in "ab" for sk in range(40)]


def batch():
    table = make("batch")
    with table.batch_writer(overwrite_by_pkeys=["pk", "sk"]) as writer:
        for n in range(60):
            writer.put_item(Item={"pk": "a", "sk": n % 50, "n": n})
        writer.delete_item(Key={"pk": "a", "sk": 49})
    got = resource.batch_get_item(RequestItems={"batch": {"Keys": [{"pk": "a", "sk": n} for n in range(50)], "ProjectionExpression": "sk, n"}})
    found = {int(i["sk"]): int(i["n"]) for i in got["Responses"]["batch"]}
    assert found == {n: n + 50 if n < 10 else n for n in range(49)} and got["UnprocessedKeys"] == {}, found

    many = [{"PutRequest": {"Item": {"pk": {"S": "a"}, "sk": {"N": str(n)}}}} for n in range(26)]
    refused("ValidationException", client.batch_write_item, RequestItems={"batch": many})
    twice = refused("ValidationException", client.batch_write_item, RequestItems={"batch": [many[0], many[0]]})
    assert twice["Error"]["Message"] == "Provided list of item keys contains duplicates", twice


def transactions():
    make("transactions")
    make("other")

    def key(n):
        return {"pk": {"S": "a"}, "sk": {"N": str(n)}}
    client.transact_write_items(TransactItems=[
        {"Put": {"TableName": "transactions", "Item": {**key(1), "n": {"N": "1"}}, "ConditionExpression": "attribute_not_exists(pk)"}},
        {"Put": {"TableName": "other", "Item": key(1)}},
        {"Update": {"TableName": "transactions", "Key": key(2), "UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": {"N": "2"}}}},
        {"ConditionCheck": {"TableName": "other", "Key": key(2), "ConditionExpression": "attribute_not_exists(pk)"}},
    ])
    canceled = refused("TransactionCanceledException", client.transact_write_items, TransactItems=[
        {"Delete": {"TableName": "other", "Key": key(1)}},
        {"Update": {"TableName": "transactions", "Key": key(1), "UpdateExpression": "SET n = :n", "ConditionExpression": "n = :n",
                    "ExpressionAttributeValues": {":n": {"N": "7"}}, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}},
        {"Put": {"TableName": "transactions", "Item": key(3)}},
    ])
    assert canceled["Error"]["Message"] == "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, None]", canceled
    reasons = canceled["CancellationReasons"]
    assert reasons == [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed",
                                         "Item": {**key(1), "n": {"N": "1"}}}, {"Code": "None"}], reasons
    got = client.transact_get_items(TransactItems=[{"Get": {"TableName": t, "Key": key(n)}} for t, n in (("transactions", 2), ("other", 1), ("transactions", 3))])
    assert got["Responses"] == [{"Item": {**key(2), "n": {"N": "2"}}}, {"Item": key(1)}, {}], got

    increment = [{"Update": {"TableName": "transactions", "Key": key(1), "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}}]
    for _ in range(3):  # the token makes them one
        client.transact_write_items(TransactItems=increment, ClientRequestToken="only-once")
    assert client.get_item(TableName="transactions", Key=key(1))["Item"]["n"] == {"N": "2"}
    refused("IdempotentParameterMismatchException", client.transact_write_items, TransactItems=increment * 1 + [{"Delete": {"TableName": "other", "Key": key(1)}}], ClientRequestToken="only-once")


def indexes():
    table = make("indexes", BillingMode="PROVISIONED", ProvisionedThroughput={"ReadCapacityUnits": 50, "WriteCapacityUnits": 50})
    for n in range(20):
        table.put_item(Item={"pk": "a", "sk": n, "group": "odd" if n % 2 else "even"})
    client.update_table(TableName="indexes", BillingMode="PAY_PER_REQUEST")
    client.get_waiter("table_exists").wait(TableName="indexes")
    answer = client.update_table(TableName="indexes", AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in (("pk", "S"), ("sk", "N"), ("group", "S"))],
                                 GlobalSecondaryIndexUpdates=[{"Create": {"IndexName": "by-group", "Projection": {"ProjectionType": "KEYS_ONLY"},
                                                                          "KeySchema": [{"AttributeName": "group", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]}}])
    assert answer["TableDescription"]["TableStatus"] == "UPDATING", answer
    assert answer["TableDescription"]["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING", answer

    def settled(count):
        table = client.describe_table(TableName="indexes")["Table"]
        found = table.get("GlobalSecondaryIndexes", [])
        return table["TableStatus"] == "ACTIVE" and len(found) == count and all(i["IndexStatus"] == "ACTIVE" for i in found)
    eventually("the index", lambda: settled(1))
    odd = table.query(IndexName="by-group", KeyConditionExpression=Key("group").eq("odd") & Key("sk").gt(10))
    assert [i["sk"] for i in odd["Items"]] == [11, 13, 15, 17, 19], odd
    client.update_table(TableName="indexes", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-group"}}])
    eventually("the end of the index", lambda: settled(0))
    refused("ValidationException", table.query, IndexName="by-group", KeyConditionExpression=Key("group").eq("odd"))

    client.update_table(TableName="indexes", DeletionProtectionEnabled=True)
    client.get_waiter("table_exists").wait(TableName="indexes")
    refused("ValidationException", client.delete_table, TableName="indexes")


def records(arn):
    """Reads a stream from its beginning: its records, each with its shard."""
    found = []
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator)
            found += [(r, shard["ShardId"]) for r in page["Records"]]
            iterator = page.get("NextShardIterator") if page["Records"] else None
    return found


def stream():
    table = make("stream", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"})
    table.put_item(Item={"pk": "a", "sk": 1, "n": 1})
    table.put_item(Item={"pk": "a", "sk": 1, "n": 1})  # changes nothing
    table.update_item(Key={"pk": "a", "sk": 1}, UpdateExpression="SET n = :n", ExpressionAttributeValues={":n": 2})
    table.delete_item(Key={"pk": "a", "sk": 1})
    table.delete_item(Key={"pk": "a", "sk": 1})  # nothing there

    listed = streams.list_streams(TableName="stream")["Streams"]
    assert [s["StreamArn"] for s in listed] == [table.latest_stream_arn] and listed[0]["StreamLabel"] == table.latest_stream_label, listed
    described = streams.describe_stream(StreamArn=table.latest_stream_arn)["StreamDescription"]
    assert described["StreamStatus"] == "ENABLED" and described["StreamViewType"] == "NEW_AND_OLD_IMAGES" and described["TableName"] == "stream", described
    found = records(table.latest_stream_arn)
    key = {"pk": {"S": "a"}, "sk": {"N": "1"}}
    one, two = {**key, "n": {"N": "1"}}, {**key, "n": {"N": "2"}}
    changes = [(r["eventName"], r["dynamodb"].get("OldImage"), r["dynamodb"].get("NewImage")) for r, _ in found]
    assert changes == [("INSERT", None, one), ("MODIFY", one, two), ("REMOVE", two, None)], changes
    for r, _ in found:
        assert r["dynamodb"]["Keys"] == key and r["eventSource"] == "aws:dynamodb" and r["awsRegion"] == "us-east-1" and "userIdentity" not in r, r
    first, shard = found[0]
    after = streams.get_shard_iterator(StreamArn=table.latest_stream_arn, ShardId=shard,
                                       ShardIteratorType="AFTER_SEQUENCE_NUMBER", SequenceNumber=first["dynamodb"]["SequenceNumber"])
    rest = streams.get_records(ShardIterator=after["ShardIterator"], Limit=1)["Records"]
    assert [r["eventName"] for r in rest] == ["MODIFY"], rest


def ttl():
    table = make("ttl", StreamSpecification={"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"})
    assert client.describe_time_to_live(TableName="ttl")["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}
    client.update_time_to_live(TableName="ttl", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    eventually("TTL", lambda: client.describe_time_to_live(TableName="ttl")["TimeToLiveDescription"] == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"})
    now = int(time.time())
    for sk, expires in enumerate((now - 10, now + 3600, str(now - 10), now - 6 * 365 * 24 * 3600)):
        table.put_item(Item={"pk": "a", "sk": sk, "expires": expires})
    eventually("the deletion", lambda: "Item" not in table.get_item(Key={"pk": "a", "sk": 0}))
    left = [int(i["sk"]) for i in table.query(KeyConditionExpression=Key("pk").eq("a"))["Items"]]
    assert left == [1, 2, 3], left  # not yet, no number, longer ago than five years
    removed = [r for r, _ in records(table.latest_stream_arn) if r["eventName"] == "REMOVE"]
    assert [r["dynamodb"]["Keys"]["sk"] for r in removed] == [{"N": "0"}], removed
    assert removed[0]["userIdentity"] == {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}, removed


def partiql():
    make("partiql")

    def run(statement, *parameters):
        return client.execute_statement(Statement=statement, **({"Parameters": list(parameters)} if parameters else {})).get("Items", [])
    run("INSERT INTO partiql VALUE {'pk': 'a', 'sk': 1, 'tags': <<'x', 'y'>>, 'm': {'l': [1, 'two']}}")
    run("INSERT INTO \"partiql\" VALUE {'pk': ?, 'sk': ?, 'n': ?}", {"S": "a"}, {"N": "2"}, {"N": "20"})
    refused("DuplicateItemException", run, "INSERT INTO partiql VALUE {'pk': 'a', 'sk': 1}")
    assert [list(i.values()) for i in run("SELECT m.l[1] FROM partiql WHERE pk = ? AND sk < 2", {"S": "a"})] == [[{"S": "two"}]]
    assert run("UPDATE partiql SET n = n + 1 SET extra = 'e' WHERE pk = 'a' AND sk = 2 RETURNING ALL NEW *") == [
        {"pk": {"S": "a"}, "sk": {"N": "2"}, "n": {"N": "21"}, "extra": {"S": "e"}}]
    refused("ConditionalCheckFailedException", run, "UPDATE partiql SET n = 1 WHERE pk = 'a' AND sk = 2 AND n = 5")
    both = client.batch_execute_statement(Statements=[
        {"Statement": "SELECT * FROM partiql WHERE pk = 'a' AND sk = 2"},
        {"Statement": "SELECT * FROM nosuch WHERE pk = 'a' AND sk = 2"},
    ])["Responses"]
    assert both[0]["Item"]["n"] == {"N": "21"} and both[1]["Error"]["Code"] == "ResourceNotFound", both
    client.execute_transaction(TransactStatements=[
        {"Statement": "DELETE FROM partiql WHERE pk = 'a' AND sk = 1"},
        {"Statement": "UPDATE partiql SET n = ? WHERE pk = 'a' AND sk = 2", "Parameters": [{"N": "5"}]},
    ])
    assert [i["n"]["N"] for i in run("SELECT n FROM partiql")] == ["5"]
    canceled = refused("TransactionCanceledException", client.execute_transaction, TransactStatements=[
        {"Statement": "INSERT INTO partiql VALUE {'pk': 'a', 'sk': 3}"}, {"Statement": "INSERT INTO partiql VALUE {'pk': 'a', 'sk': 2}"}])
    assert [r["Code"] for r in canceled["CancellationReasons"]] == ["None", "DuplicateItem"], canceled
    assert run("DELETE FROM partiql WHERE pk = 'a' AND sk = 2 RETURNING ALL OLD *")[0]["n"] == {"N": "5"}


def backups():
    table = make("backups")
    table.put_item(Item={"pk": "a", "sk": 1, "v": "then"})
    backup = client.create_backup(TableName="backups", BackupName="first")["BackupDetails"]
    arn = backup["BackupArn"]
    eventually("the backup", lambda: client.describe_backup(BackupArn=arn)["BackupDescription"]["BackupDetails"]["BackupStatus"] == "AVAILABLE")
    table.put_item(Item={"pk": "a", "sk": 1, "v": "now"})
    assert [b["BackupArn"] for b in client.list_backups(TableName="backups")["BackupSummaries"]] == [arn]
    client.restore_table_from_backup(TargetTableName="restored", BackupArn=arn)
    client.get_waiter("table_exists").wait(TableName="restored", WaiterConfig={"Delay": 1})
    assert resource.Table("restored").get_item(Key={"pk": "a", "sk": 1})["Item"]["v"] == "then"
    client.delete_backup(BackupArn=arn)
    assert client.list_backups(TableName="backups")["BackupSummaries"] == []


def main():
    failed = False
    for chapter in os.environ["STORY_CHAPTERS"].split(","):
        try:
            globals()[chapter]()
            print("ok", chapter, flush=True)
        except Exception:
            failed = True
            print("in", chapter, flush=True)
            traceback.print_exc()
    raise SystemExit(failed)


main()
