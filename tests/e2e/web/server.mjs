// A real gosset on a free port with data that goes away.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sourceDir } from './browser.mjs';

export const program = process.env.GOSSET ?? ['release', 'dev', 'asan'].map((preset) => `${sourceDir}build/${preset}/gosset`).find((path) => existsSync(path));

/** `gosset serve` or `gosset demo`; resolves when it listens. */
export async function startServer(command = 'serve', more = []) {
  const folder = mkdtempSync(join(tmpdir(), 'gosset-web-test-'));
  const key = 'web-test-admin-key-0123456789';
  const args = command === 'serve' ? ['serve', '--data', join(folder, 'data'), '--listen', '127.0.0.1:0', ...more] : ['demo', '--listen', '127.0.0.1:0', ...more];
  const child = spawn(program, args, { env: { ...process.env, GOSSET_ADMIN_KEY: key, TMPDIR: folder }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const url = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`gosset ${command} does not listen:\n${output}`)), 60_000);
    const read = (bytes) => {
      output += bytes;
      const found = command === 'serve' ? /listens on (http\S+)/.exec(output) : /UI\s+(http[^\s#]+?)\/?#key=(\S+)/.exec(output);
      if (found) {
        clearTimeout(timer);
        resolve({ url: found[1], key: found[2] });
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', (code) => reject(new Error(`gosset ${command} ended with ${code}:\n${output}`)));
  });
  const server = { url: url.url, folder, key: url.key ?? /admin key[^:]*:\s*(\S+)/.exec(output)?.[1] ?? key, child, output: () => output };
  server.call = async (method, path, body, headers = {}) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${server.key}`, 'Content-Type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 400)}`);
    return text ? JSON.parse(text) : undefined;
  };
  server.stop = async () => {
    child.removeAllListeners('exit');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(timer);
    rmSync(folder, { recursive: true, force: true });
  };
  return server;
}

/** Calls `test` again and again until it returns something truthy. */
export async function eventually(test, seconds = 30, what = 'it') {
  const end = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < end) {
    try {
      const got = await test();
      if (got) return got;
    } catch (cause) {
      last = cause;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`${what} did not happen within ${seconds} s${last ? `: ${last.message}` : ''}`);
}
