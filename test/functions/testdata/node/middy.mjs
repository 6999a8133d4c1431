import middy from '@middy/core';
import httpErrorHandler from '@middy/http-error-handler';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import { createError } from '@middy/util';

export const handler = middy()
  .use(httpJsonBodyParser())
  .use(httpErrorHandler())
  .handler(async (event) => {
    if (!event.body.name) throw createError(422, 'who are you?');
    return { statusCode: 200, headers: { 'content-type': 'text/plain' }, body: `hello ${event.body.name}` };
  });
