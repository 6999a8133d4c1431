const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');
const client = new DynamoDBClient({});

exports.handler = async (event, context) => {
  console.log('working on', event.id);
  if (event.fail) throw new TypeError('cannot do ' + event.id);
  await client.send(new PutItemCommand({ TableName: 'things', Item: { id: { S: event.id }, value: { S: 'by a promise' } } }));
  return { name: context.functionName, left: context.getRemainingTimeInMillis() > 0 };
};
