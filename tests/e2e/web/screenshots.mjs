// Pictures of every page of the demo in build/screenshots: 1440 and 390 px, light and dark.
// node tests/e2e/web/screenshots.mjs [seconds to let the demo run first] [names of pages]
import { mkdirSync } from 'node:fs';
import { openBrowser, openPage, sourceDir } from './browser.mjs';
import { DIALOGS, PAGES, dress, signIn, visit } from './pages.mjs';
import { eventually, startServer } from './server.mjs';

const seconds = Number(process.argv[2] ?? 30);
const names = process.argv.slice(3);
const isWanted = (name) => names.length === 0 || names.some((one) => name.startsWith(one));
const folder = `${sourceDir}build/screenshots`;
mkdirSync(folder, { recursive: true });
const [server, browser] = await Promise.all([startServer('demo'), openBrowser()]);
try {
  await eventually(async () => (await server.call('GET', '/api/v1/experiments/checkout-button/results?refresh=true')).results?.length > 0, 90, 'the first result');
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const pages = [...PAGES, ...(await dress(server))].filter(([, name]) => isWanted(name));
  for (const width of [1440, 390]) {
    for (const colorScheme of ['light', 'dark']) {
      const { context, page, wrongs } = await openPage(browser, { viewport: { width, height: 900 }, colorScheme });
      const shoot = (name) => page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: true });
      if (isWanted('login')) {
        await page.goto(server.url);
        await page.getByLabel('E-mail').waitFor();
        await shoot('login');
      }
      await signIn(page, server);
      for (const [path, name, text] of pages) {
        await visit(page, path, text).catch(() => console.error(`${name}: "${text}" does not appear`));
        await page.waitForTimeout(400);
        await shoot(name);
      }
      for (const [path, button, name] of DIALOGS.filter(([, , name]) => isWanted(name))) {
        await visit(page, path);
        await page.getByRole('button', { name: button }).first().click();
        await page.getByRole('dialog').waitFor();
        await page.waitForTimeout(200);
        await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png` });
        await page.keyboard.press('Escape');
      }
      for (const wrong of new Set(wrongs)) console.error(wrong);
      await context.close();
    }
  }
  console.log(`pictures are in ${folder}`);
} finally {
  await browser.close();
  await server.stop();
}
