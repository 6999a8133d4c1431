// Who may write: whoever has a token of the list, which stands for a sign-in
// that a real authorizer would ask.
const tokens = { 'Bearer alice-s-token': 'alice', 'Bearer bob-s-token': 'bob' };

exports.handler = async ({ authorizationToken, methodArn }) => {
  const principalId = tokens[authorizationToken];
  if (!principalId) throw new Error('Unauthorized'); // API Gateway answers 401
  const [api, stage] = methodArn.split('/');
  // bob may not delete; the policy is kept for all methods of the API.
  const allowed = [`${api}/${stage}/POST/*`, `${api}/${stage}/PUT/*`];
  if (principalId === 'alice') allowed.push(`${api}/${stage}/DELETE/*`);
  return {
    principalId,
    policyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: allowed }] },
  };
};
