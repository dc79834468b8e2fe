// Under a path prefix, behind a small proxy: one that hands the prefix on, and one that cuts it off.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import { openBrowser, openPage } from './browser.mjs';
import { logIn, makeMember, visit } from './pages.mjs';
import { program, startServer } from './server.mjs';

const skip = !program && 'gosset is not built';
const PREFIX = '/gosset';
const WALK = [['/', 'Overview'], ['/experiments', 'No experiments yet'], ['/flags', 'under-a-prefix'], ['/flags/under-a-prefix', 'Who gets what'], ['/metrics', 'No metrics yet'], ['/segments', 'No segments yet'],
  ['/events', 'No events yet'], ['/users/ann', 'Known about them'], ['/approvals', 'Nothing waits'], ['/audit', 'changes'], ['/calculator', 'units per variant'], ['/settings?tab=system', 'Ready: decisions are made']];
let browser;

before(async () => {
  browser = await openBrowser();
});
after(async () => browser?.close());

/** Passes on what is below the prefix and answers everything else with 418, so that a wrong address is seen. */
async function startProxy(target, cuts) {
  const strays = [];
  const proxy = http.createServer((request, response) => {
    if (cuts && request.url === PREFIX) {
      // A proxy that cuts must do this itself: it alone knows the prefix.
      response.writeHead(308, { Location: `${PREFIX}/` }).end();
      return;
    }
    if (request.url !== PREFIX && !request.url.startsWith(`${PREFIX}/`)) {
      if (request.url !== '/favicon.ico') strays.push(request.url);
      response.writeHead(418).end();
      return;
    }
    const path = cuts ? request.url.slice(PREFIX.length) || '/' : request.url;
    const onward = http.request(`${target}${path}`, { method: request.method, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => proxy.on('listening', resolve));
  return {
    url: `http://127.0.0.1:${proxy.address().port}${PREFIX}`, strays,
    stop: () => {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}

describe('under a prefix', { concurrency: 2 }, () => {
  for (const [name, args, cuts] of [['handed on', ['--path-prefix', PREFIX], false], ['cut off by the proxy', [], true]]) {
    test(`pages, login and saving work under a prefix that is ${name}`, { skip }, async () => {
      const server = await startServer('serve', args);
      const proxy = await startProxy(new URL(server.url).origin, cuts);
      const { context, page, wrongs } = await openPage(browser);
      try {
        await makeMember(server, 'ada@example.org', 'admin');
        await server.call('POST', '/api/v1/flags', { key: 'under-a-prefix', type: 'Boolean', default_value: false });
        await page.goto(`${proxy.url}/#/flags`);
        await logIn(page, server, 'ada@example.org');
        for (const [path, text] of WALK) await visit(page, path, text);
        await visit(page, '/flags/under-a-prefix', 'Who gets what');
        await page.getByLabel('Description').fill('saved through the proxy');
        await page.getByRole('button', { name: 'Save', exact: true }).click();
        await page.getByText('Saved.').waitFor();
        await page.reload();
        await page.getByRole('heading', { name: 'under-a-prefix' }).waitFor();
        assert.equal((await server.call('GET', '/api/v1/flags/under-a-prefix')).description, 'saved through the proxy');
        await page.goto('about:blank');
        await page.goto(`${proxy.url}#/flags`);
        assert.equal(await page.evaluate(() => location.pathname), `${PREFIX}/`);
        await page.getByText('under-a-prefix').first().waitFor();
        assert.deepEqual(proxy.strays, []);
        assert.deepEqual(wrongs, []);
      } finally {
        await context.close();
        proxy.stop();
        await server.stop();
      }
    });
  }
});
