/** The language server itself, for pages that ask a host. */
import { spawn } from 'node:child_process';

/** @param {string} program @param {Record<string, string>} env */
export async function startServer(program, env) {
  const child = spawn(program, ['serve'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting = new Map();
  let last = 0;
  let input = Buffer.alloc(0);

  const send = (message) => {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  };
  const hear = (message) => {
    if (message.method) {
      if (message.id !== undefined) {
        send({ id: message.id, result: null });
      }
      return;
    }
    const { resolve, reject } = waiting.get(message.id);
    waiting.delete(message.id);
    (message.error ? reject : resolve)(message.error ? new Error(message.error.message) : message.result);
  };
  child.stdout.on('data', (data) => {
    input = Buffer.concat([input, data]);
    for (;;) {
      const head = input.indexOf('\r\n\r\n');
      const length = head < 0 ? NaN : Number(/Content-Length: (\d+)/i.exec(input.subarray(0, head).toString())?.[1]);
      if (!(input.length >= head + 4 + length)) {
        return;
      }
      const body = input.subarray(head + 4, head + 4 + length).toString();
      input = input.subarray(head + 4 + length);
      hear(JSON.parse(body));
    }
  });
  const request = (method, params) => new Promise((resolve, reject) => {
    last += 1;
    waiting.set(last, { resolve, reject });
    send({ id: last, method, params });
  });
  const ended = new Promise((resolve) => { child.on('close', resolve); });

  await request('initialize', { processId: process.pid, capabilities: {}, rootUri: null });
  send({ method: 'initialized', params: {} });
  return {
    request,
    async stop() {
      await request('shutdown', null);
      send({ method: 'exit' });
      await ended;
    },
  };
}
