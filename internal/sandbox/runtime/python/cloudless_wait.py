"""A process that waits for a function it does not know yet.

It loads what many functions load, and then asks who it is. What it has loaded is
forgotten again where the function or its layers bring something of the same name,
so that each finds its own.
"""

import gc
import importlib
import json
import os
import sys

# What many functions load: of the language, and of the SDK where there is one.
LIKELY = ("base64", "collections", "concurrent.futures", "copy", "datetime", "decimal", "functools", "hashlib", "hmac",
          "http.client", "inspect", "random", "ssl", "tempfile", "threading", "typing", "urllib.parse", "urllib.request",
          "uuid", "zipfile")
ROUNDS = 3  # what the SDK finds out at its second use, it remembers from then on
# What a function has and this process does not know yet. Nobody hears of it: until
# somebody is adopted, the endpoint answers for practice.
PRACTICE = {
    "AWS_ACCESS_KEY_ID": "practice", "AWS_SECRET_ACCESS_KEY": "practice", "AWS_SESSION_TOKEN": "practice",
    "AWS_LAMBDA_FUNCTION_NAME": "practice", "_X_AMZN_TRACE_ID": "Root=practice",
}


def wait(api):
    """Return when a function has come, with the environment as it wants it."""
    own = set(sys.modules)
    for name in LIKELY:
        try:
            importlib.import_module(name)
        except ImportError:
            pass  # an older or smaller Python
    language = set(sys.modules)
    os.environ.update(PRACTICE)
    os.environ["AWS_DEFAULT_REGION"] = os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    try:
        practise()
    except Exception:  # pylint: disable=broad-except
        pass  # an SDK of another kind: the function will say what is wrong with it
    gc.collect()
    gc.freeze()  # the collector need not look through it again
    # Both at once, so that there is no way between the one and the other.
    answers = api.ask("/cloudless/adoption", "/cloudless/adoption/code")
    told = json.loads(next(answers).decode("utf-8"))
    os.environ.clear()
    os.environ.update(told["variables"])
    os.environ.pop("_LAMBDA_TELEMETRY_LOG_FD", None)  # the log has it
    next(answers)
    os.chdir(told["directory"])
    # Directories that were not there are remembered as such.
    sys.path_importer_cache.clear()
    importlib.invalidate_caches()
    forget(own, language)


def practise():
    """Load the SDK and use it, against nobody, for clients like those of most functions.

    What takes longest of a client is to read the description of its service, which
    a session's loader keeps. So the first session that is made later gets the loader
    that was practised with, and a second one that is new but for the handlers that
    every session registers. Neither knows anything of an environment.
    """
    try:
        import boto3  # pylint: disable=import-outside-toplevel
        import botocore.session  # pylint: disable=import-outside-toplevel
    except ImportError:
        return
    loader = botocore.loaders.create_loader()
    for _ in range(ROUNDS):
        session = botocore.session.get_session()  # and not boto3's default, which the function makes
        session.register_component("data_loader", loader)
        use(boto3.session.Session(botocore_session=session))
    give_once(botocore.session, "create_loader", loader)
    give_once(botocore.session, "get_session", botocore.session.get_session())


def use(session):
    """Make clients, and have each say something."""
    item = {"pk": {"S": "a"}}
    table = session.client("dynamodb")
    resource = session.resource("dynamodb").Table("practice")
    bucket = session.client("s3")
    table.put_item(TableName="practice", Item=item)
    table.get_item(TableName="practice", Key=item)
    table.query(TableName="practice", KeyConditionExpression="pk = :a", ExpressionAttributeValues={":a": {"S": "a"}})
    resource.put_item(Item={"pk": "a", "n": 1})
    resource.get_item(Key={"pk": "a"})
    bucket.put_object(Bucket="practice", Key="a", Body=b"b")
    for client in (table, resource.meta.client, bucket):
        client._endpoint.http_session.close()  # pylint: disable=protected-access


def give_once(module, name, value):
    """Have the first plain call of a module's function return a value."""
    original = getattr(module, name)

    def give(argument=None):
        setattr(module, name, original)
        return value if argument is None else original(argument)

    setattr(module, name, give)


def forget(own, language):
    """Forget modules that the function has under the same name, and with one of the
    SDK's all of it: what belongs together is loaded from one place."""
    brought = set()
    for directory in [os.environ["LAMBDA_TASK_ROOT"]] + [d for d in sys.path if d.startswith("/opt/")]:
        try:
            brought.update(name.split(".")[0] for name in os.listdir(directory))
        except OSError:
            pass  # no layer has it
    sdk = set(sys.modules) - language
    if any(name.split(".")[0] in brought for name in sdk):
        brought.update(name.split(".")[0] for name in sdk)
    for name in set(sys.modules) - own:
        if name.split(".")[0] in brought:
            del sys.modules[name]
