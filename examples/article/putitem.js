var doc = require('dynamodb-doc');
var db = new doc.DynamoDB();
exports.handler = function(event, context, callback) {
var uid = event.uid
var username = event.username;
var email = event.email;
console.log(uid + "," + username +","+ email);
  var tableName = "user";
var item = {
"uid": uid,
"username":username,
"email": email
};
  var params = {
TableName:tableName,
Item: item
};
  console.log(params);
db.putItem(params,function(err,data) {
if (err) {
console.log(err);
callback(err);
} else {
console.log(data);
callback(null, "Put user " + username + " with email " + email + " to DynamoDB.");
}
});
};
