const express = require('express');
const app = express();

app.use(express.json());
app.get('/hello/:name', (req, res) => res.json({ hello: req.params.name, from: req.query.from }));
app.post('/echo', (req, res) => res.status(201).set('x-kind', 'express').send(req.body));

// In Lambda a library makes a handler of it; elsewhere, and behind AWS's web
// adapter, it is a server like any.
if (process.env.PORT) {
  app.listen(process.env.PORT);
} else {
  exports.handler = require('serverless-http')(app);
}
