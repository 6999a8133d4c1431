"""What PynamoDB's quick start promises, with its models. Ends with "ok"."""

import datetime

from pynamodb.attributes import (JSONAttribute, ListAttribute, MapAttribute, NumberAttribute, UnicodeAttribute, UnicodeSetAttribute,
                                 UTCDateTimeAttribute, VersionAttribute)
from pynamodb.connection import Connection
from pynamodb.exceptions import DeleteError, PutError, TransactWriteError
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection, LocalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite


class UserModel(Model):
    class Meta:
        table_name = "dynamodb-user"
        region = "us-east-1"

    email = UnicodeAttribute(null=True)
    first_name = UnicodeAttribute(range_key=True)
    last_name = UnicodeAttribute(hash_key=True)


def basic():
    assert not UserModel.exists()
    UserModel.create_table(read_capacity_units=1, write_capacity_units=1, wait=True)
    assert UserModel.exists()
    user = UserModel("Denver", "John")
    user.email = "djohn@company.org"
    user.save()
    UserModel("Denver", "Jane", email="jane@company.org").save()
    UserModel("Denver", "Alex").save()

    assert [u.first_name for u in UserModel.query("Denver", UserModel.first_name.startswith("J"))] == ["Jane", "John"]
    found = UserModel.query("Denver", filter_condition=(UserModel.email == "djohn@company.org") | UserModel.email.does_not_exist())
    assert [u.first_name for u in found] == ["Alex", "John"]
    assert UserModel.get("Denver", "John").email == "djohn@company.org"
    try:
        UserModel.get("Denver", "Nobody")
        raise AssertionError("there is nobody of that name")
    except UserModel.DoesNotExist:
        pass
    assert UserModel.count() == 3 and UserModel.count("Denver", UserModel.first_name < "Jo") == 2
    assert sorted(u.first_name for u in UserModel.scan(UserModel.first_name.startswith("J"), page_size=1)) == ["Jane", "John"]
    assert len(list(UserModel.scan(segment=0, total_segments=1, limit=2))) == 2

    user.update(actions=[UserModel.email.set("new@company.org")], condition=UserModel.email.startswith("djohn"))
    assert user.email == "new@company.org"
    user.refresh()
    try:
        user.save(UserModel.first_name.does_not_exist())
        raise AssertionError("saved over an item that is there")
    except PutError as e:
        assert e.cause_response_code == "ConditionalCheckFailedException", e
    try:
        user.delete(UserModel.email == "djohn@company.org")
        raise AssertionError("deleted against its condition")
    except DeleteError as e:
        assert e.cause_response_message == "The conditional request failed", e
    user.delete()
    assert UserModel.count() == 2


class ViewIndex(GlobalSecondaryIndex):
    class Meta:
        index_name = "view-index"
        read_capacity_units = 1
        write_capacity_units = 1
        projection = AllProjection()

    view = NumberAttribute(default=0, hash_key=True)


class ByTime(LocalSecondaryIndex):
    class Meta:
        projection = KeysOnlyProjection()

    forum_name = UnicodeAttribute(hash_key=True)
    posted = UTCDateTimeAttribute(range_key=True)


class Author(MapAttribute):
    name = UnicodeAttribute()
    stars = NumberAttribute(default=0)


class Thread(Model):
    class Meta:
        table_name = "Thread"
        region = "us-east-1"
        billing_mode = "PAY_PER_REQUEST"

    forum_name = UnicodeAttribute(hash_key=True)
    subject = UnicodeAttribute(range_key=True)
    view = NumberAttribute(default=0)
    view_index = ViewIndex()
    posted = UTCDateTimeAttribute(default=lambda: datetime.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=datetime.timezone.utc))
    by_time = ByTime()
    tags = UnicodeSetAttribute(null=True)
    notes = ListAttribute(default=list)
    author = Author(null=True)
    extra = JSONAttribute(null=True)
    version = VersionAttribute()


def indexes_and_attributes():
    Thread.create_table(wait=True)
    thread = Thread("forum", "first", tags={"a", "b"}, author=Author(name="me"), extra={"deep": [1, None]}, notes=[1, "x"])
    thread.save()
    read = Thread.get("forum", "first", consistent_read=True)
    assert (read.tags, read.author.name, read.author.stars, read.extra, read.notes, read.version) == ({"a", "b"}, "me", 0, {"deep": [1, None]}, [1, "x"], 1), read
    assert read.posted.microsecond == 678 and read.posted.tzinfo
    read.update(actions=[Thread.view.add(1), Thread.tags.delete(["a"]), Thread.notes.set(Thread.notes.append(["y"])), Thread.author.stars.set(5)])
    assert (read.view, read.tags, read.notes, read.author.stars, read.version) == (1, {"b"}, [1, "x", "y"], 5, 2), read
    try:
        thread.save()  # it has the version from before
        raise AssertionError("an old version was saved")
    except PutError as e:
        assert e.cause_response_code == "ConditionalCheckFailedException", e
    assert [t.subject for t in Thread.view_index.query(1)] == ["first"]
    assert [t.subject for t in Thread.by_time.query("forum", Thread.posted < datetime.datetime.now(datetime.timezone.utc))] == ["first"]


def batches_and_transactions():
    with Thread.batch_write() as batch:
        for n in range(60):
            batch.save(Thread("batch", f"{n:02}"))
    names = [t.subject for t in Thread.batch_get([("batch", f"{n:02}") for n in range(60)])]
    assert sorted(names) == [f"{n:02}" for n in range(60)], names
    page = Thread.query("batch", limit=10, page_size=4)
    assert len(list(page)) == 10 and page.last_evaluated_key["subject"] == {"S": "09"}, page.last_evaluated_key

    connection = Connection(region="us-east-1")
    with TransactWrite(connection=connection, client_request_token="one") as transaction:
        transaction.save(Thread("forum", "second"), condition=Thread.subject.does_not_exist())
        transaction.update(UserModel("Denver", "Jane"), actions=[UserModel.email.set("j@company.org")])
        transaction.condition_check(UserModel, "Denver", "Alex", condition=UserModel.email.does_not_exist())
    with TransactGet(connection=connection) as transaction:
        second, jane = transaction.get(Thread, "forum", "second"), transaction.get(UserModel, "Denver", "Jane")
    assert second.get().subject == "second" and jane.get().email == "j@company.org"
    try:
        with TransactWrite(connection=connection) as transaction:
            transaction.delete(UserModel("Denver", "Jane"))
            transaction.save(Thread("forum", "second"), condition=Thread.subject.does_not_exist())
        raise AssertionError("went through against a condition")
    except TransactWriteError as e:
        assert e.cause_response_code == "TransactionCanceledException", e
        assert [r and r.code for r in e.cancellation_reasons] == [None, "ConditionalCheckFailed"], e.cancellation_reasons
    assert UserModel.count() == 2
    UserModel.delete_table()
    assert not UserModel.exists()


basic()
indexes_and_attributes()
batches_and_transactions()
print("ok")
