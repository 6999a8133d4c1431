import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const value = await Promise.resolve('by a module');

export const handler = async (event, context) => {
  console.log('working on', event.id);
  if (event.fail) throw new TypeError('cannot do ' + event.id);
  await table.send(new PutCommand({ TableName: 'things', Item: { id: event.id, value } }));
  return { name: context.functionName, left: context.getRemainingTimeInMillis() > 0 };
};
