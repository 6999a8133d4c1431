// The writing half of the user directory: POST /users, PUT and DELETE
// /users/{uid}, through a proxy integration.
const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { DynamoDBDocumentClient, PutCommand, DeleteCommand } = require('@aws-sdk/lib-dynamodb');

const db = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const TableName = process.env.TABLE;

const answer = (statusCode, body) => ({ statusCode, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

// Each returns what is answered, or throws what DynamoDB refuses.
const methods = {
  async POST({ user, by }) {
    const Item = { ...user, createdBy: by };
    await db.send(new PutCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(uid)' }));
    return answer(201, Item);
  },
  async PUT({ uid, user, by }) {
    const Item = { ...user, uid, createdBy: by };
    await db.send(new PutCommand({ TableName, Item, ConditionExpression: 'attribute_exists(uid)' }));
    return answer(200, Item);
  },
  async DELETE({ uid }) {
    await db.send(new DeleteCommand({ TableName, Key: { uid }, ConditionExpression: 'attribute_exists(uid)' }));
    return answer(200, { deleted: uid });
  },
};

exports.handler = async (event) => {
  const request = {
    uid: event.pathParameters?.uid,
    user: event.body ? JSON.parse(event.body) : undefined,
    by: event.requestContext.authorizer.principalId,
  };
  try {
    return await methods[event.httpMethod](request);
  } catch (err) {
    if (err.name !== 'ConditionalCheckFailedException') throw err;
    return event.httpMethod === 'POST' ? answer(409, { message: 'there is such a user' }) : answer(404, { message: 'there is no such user' });
  }
};
