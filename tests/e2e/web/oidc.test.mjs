// The button of the identity provider: there, through its forms, and back to the page one came from.
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import Provider from 'oidc-provider';
import { openBrowser, openPage } from './browser.mjs';
import { program, startServer } from './server.mjs';

const skip = !program && 'gosset is not built';
const SECRET = 'oidc-web-client-secret-0123456789';

const listening = async (server) => {
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.on('listening', resolve));
  return server.address().port;
};

test('somebody logs in by the identity provider and is back at the page they wanted', { skip }, async () => {
  const probe = http.createServer();
  const port = await listening(probe);
  await new Promise((resolve) => probe.close(resolve));
  const listener = http.createServer();
  // Cookies know no ports: another name keeps those of the provider apart.
  const issuer = `http://localhost:${await listening(listener)}`;
  const own = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'gosset', client_secret: SECRET, token_endpoint_auth_method: 'client_secret_post', redirect_uris: [`${own}/api/v1/session/oidc/callback`] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: true }) }),
  });
  listener.on('request', provider.callback());
  const [server, browser] = await Promise.all([
    startServer('serve', ['--listen', `127.0.0.1:${port}`, '--oidc-issuer', issuer, '--oidc-client-id', 'gosset', '--oidc-client-secret', SECRET, '--oidc-base-url', own, '--oidc-domains', 'example.org', '--oidc-role', 'viewer']),
    openBrowser(),
  ]);
  try {
    await server.call('POST', '/api/v1/flags', { key: 'wanted', type: 'Boolean', default_value: false });
    const { page } = await openPage(browser);
    await page.goto(`${own}/#/flags/wanted`);
    await page.getByRole('link', { name: 'Log in with your organisation' }).click();
    await page.locator('[name=login]').fill('ann');
    await page.locator('[name=password]').fill('any');
    await page.locator('[type=submit]').click();
    await page.locator('[type=submit]').click();
    await page.getByRole('heading', { name: 'wanted' }).waitFor();
    await page.getByRole('button', { name: /Account: *ann@example.org *viewer/ }).waitFor();
    assert.equal(await page.evaluate(() => location.hash), '#/flags/wanted');

    await server.call('PATCH', '/api/v1/members/ann@example.org', { disabled: true });
    await page.reload();
    await page.getByRole('link', { name: 'Log in with your organisation' }).click();
    await page.getByText('Your account may not log in here').waitFor();
    assert.equal(await page.evaluate(() => location.hash), '#/flags/wanted');
  } finally {
    await browser.close();
    await server.stop();
    listener.closeAllConnections();
    listener.close();
  }
});
