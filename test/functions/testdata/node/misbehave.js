const { spawn } = require('child_process');
const fs = require('fs');
const http = require('http');
const net = require('net');

const faults = {
  nothing: () => 'well',
  crash: () => process.kill(process.pid, 'SIGSEGV'),
  exit: () => process.exit(3),
  hang: () => { for (;;); },
  forks: async () => {
    let bad;
    for (let n = 0; n < 5000 && !bad; n++) {
      spawn('sleep', ['3600'], { stdio: 'ignore' }).on('error', (err) => { bad = err; });
      if (n % 50 === 0) await new Promise(setImmediate);
    }
    throw bad;
  },
  heap: () => { for (const all = []; ; ) all.push(new Array(1 << 16).fill({})); },
  memory: () => { for (const all = []; ; ) all.push(Buffer.alloc(8 << 20, 1)); },
  disk: () => {
    const file = fs.openSync('/tmp/full', 'w');
    for (const block = Buffer.alloc(8 << 20); ; ) fs.writeSync(file, block);
  },
  print: () => {
    const line = '0123456789abcde '.repeat(1024).slice(1);
    for (let written = 0; written < 100e6; written += line.length + 1) console.log(line);
    return 'printed';
  },
  close: () => {
    for (const fd of [0, 1, 2]) fs.closeSync(fd);
    return 'closed';
  },
  twice: async (id) => {
    await post(`invocation/${id}/response`, '"first"');
    await post(`invocation/${id}/response`, '"second"');
    return 'third';
  },
  garbage: async (id) => {
    await post(`invocation/${id}/response`, '{"no json');
    return 'too late';
  },
  rubbish: async () => {
    const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
    for (const bytes of ['\x00\xff\n\n', 'POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n', 'a'.repeat(1 << 20)]) {
      await new Promise((done) => net.connect(port, host).on('error', done).on('close', done).end(bytes).resume());
    }
    return 'still here';
  },
};

function post(path, body) {
  return new Promise((done, failed) => {
    http.request(`http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/${path}`, { method: 'POST' }, (answer) => {
      answer.resume().on('end', done);
    }).on('error', failed).end(body);
  });
}

exports.handler = async (event, context) => faults[event](context.awsRequestId);
