export const handler = awslambda.streamifyResponse(async (event, out) => {
  out = awslambda.HttpResponseStream.from(out, { statusCode: 201, headers: { 'content-type': 'text/plain', 'x-kind': 'stream' } });
  for (const piece of ['one ', 'two ', 'three']) {
    out.write(piece);
    await new Promise((done) => setTimeout(done, 20));
  }
  out.end();
});
