import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { DynamoDBProvider } from '@aws-lambda-powertools/parameters/dynamodb';

const logger = new Logger({ serviceName: 'orders' });
const metrics = new Metrics({ namespace: 'shop', serviceName: 'orders' });
const parameters = new DynamoDBProvider({ tableName: 'things' });

export const handler = async (event, context) => {
  logger.addContext(context);
  logger.info('an order', { order: event.order });
  metrics.addMetric('taken', MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
  return { greeting: await parameters.get('greeting') };
};
