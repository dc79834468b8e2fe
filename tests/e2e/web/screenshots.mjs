// Pictures of every page of the demo in build/screenshots: 1440 and 390 px, light and dark.
// node tests/e2e/web/screenshots.mjs [seconds to let the demo run first]
import { mkdirSync } from 'node:fs';
import { openBrowser, openPage, sourceDir } from './browser.mjs';
import { PAGES, signIn, visit } from './pages.mjs';
import { eventually, startServer } from './server.mjs';

const seconds = Number(process.argv[2] ?? 30);
const folder = `${sourceDir}build/screenshots`;
mkdirSync(folder, { recursive: true });
const [server, browser] = await Promise.all([startServer('demo'), openBrowser()]);
try {
  await eventually(async () => (await server.call('GET', '/api/v1/experiments/checkout-button/results?refresh=true')).results?.length > 0, 90, 'the first result');
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  for (const width of [1440, 390]) {
    for (const colorScheme of ['light', 'dark']) {
      const { context, page, wrongs } = await openPage(browser, { viewport: { width, height: 900 }, colorScheme });
      await signIn(page, server);
      for (const [path, name, text] of PAGES) {
        await visit(page, path, text).catch(() => console.error(`${name}: "${text}" does not appear`));
        await page.waitForTimeout(400);
        await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: true });
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
