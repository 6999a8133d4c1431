var AWS = require('aws-sdk');
var table = new AWS.DynamoDB.DocumentClient();

exports.handler = function (event, context, callback) {
  console.log('working on', event.id);
  if (event.fail) {
    callback(new TypeError('cannot do ' + event.id));
    return;
  }
  table.put({ TableName: 'things', Item: { id: event.id, value: 'by callback' } }, function (err) {
    callback(err, { name: context.functionName, left: context.getRemainingTimeInMillis() > 0 });
  });
};
