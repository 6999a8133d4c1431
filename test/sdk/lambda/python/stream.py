"""Streams of answers, read by boto3. The environment says where the server is."""

import boto3

client = boto3.client("lambda")


def read(payload):
    answer = client.invoke_with_response_stream(FunctionName="streams", Payload=payload, LogType="Tail")
    assert answer["StatusCode"] == 200 and answer["ExecutedVersion"] == "$LATEST", answer
    text, end = b"", None
    for event in answer["EventStream"]:
        assert end is None, event
        if "PayloadChunk" in event:
            text += event["PayloadChunk"]["Payload"]
        else:
            end = event["InvokeComplete"]
    return text.decode(), end


text, end = read("{}")
assert text == "one two" and "ErrorCode" not in end and end["LogResult"], (text, end)
text, end = read('{"fail":"half"}')
assert text == "one " and end["ErrorCode"] == "Unhandled" and '"errorMessage":"broken"' in end["ErrorDetails"], (text, end)
print("ok")
