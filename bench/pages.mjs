// How soon a page of the UI can be used: from the navigation to its contents on the screen with the main thread
// free, in a browser that has nothing of it (cold) and in one that has its files (warm). Beside them the same
// browser and server with a file that holds nothing to run: what a page cannot be faster than. One JSON line a figure.
import { openBrowser } from '../tests/e2e/web/browser.mjs'
import { PAGES, dress } from '../tests/e2e/web/pages.mjs'
import { eventually, startServer } from '../tests/e2e/web/server.mjs'

const LIMIT = 1 // s, first view and every page
const ROUNDS = Number(process.env.ROUNDS ?? 5)
const FLOOR = '/icon.svg'
const WANTED = ['overview', 'experiments', 'experiment-winner', 'experiment-draft', 'flags', 'flag', 'metric', 'segment', 'user', 'settings-system']

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]

function figure(metric, seconds, more) {
  console.log(JSON.stringify({ bench: 'pages', metric, value: Number(median(seconds).toPrecision(3)), unit: 's', worst: Number(Math.max(...seconds).toPrecision(3)), ...more }))
}

/** Seconds until the text stands there and the page has answered a task after two frames. */
async function load(page, url, text) {
  await page.goto('about:blank')
  const begun = performance.now()
  await page.goto(url, { waitUntil: 'commit' })
  // Looked for at every frame: locators look again only after half a second.
  if (text) await page.waitForFunction((wanted) => document.body?.innerText.includes(wanted), text, { polling: 'raf' })
  else await page.waitForLoadState('load')
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))))
  return (performance.now() - begun) / 1000
}

async function newTab(browser, server) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  await context.addInitScript((key) => { if (location.protocol !== 'about:') sessionStorage.setItem('gosset-key', key) }, server.key)
  return { context, page: await context.newPage() }
}

async function measure(browser, server, name, url, text) {
  const cold = [], warm = []
  for (let round = 0; round < ROUNDS; round++) {
    const { context, page } = await newTab(browser, server)
    cold.push(await load(page, url, text))
    warm.push(await load(page, url, text))
    await context.close()
  }
  figure(`${name}, cold`, cold, { limit: LIMIT })
  figure(`${name}, warm`, warm, { limit: LIMIT })
}

async function demo(browser) {
  const server = await startServer('demo')
  try {
    await eventually(async () => (await server.call('GET', '/api/v1/experiments/checkout-button/results?refresh=true')).results?.length > 0, 90, 'the first result')
    await dress(server)
    await measure(browser, server, 'a file alone', `${server.url}${FLOOR}`)
    for (const [path, name, text] of PAGES.filter(([, name]) => WANTED.includes(name))) await measure(browser, server, name, `${server.url}/#${path}`, text)
  } finally {
    await server.stop()
  }
}

async function large(browser) {
  const server = await startServer('serve')
  const names = Array.from({ length: 10_000 }, (_, i) => String(i).padStart(5, '0'))
  try {
    await server.call('POST', '/api/v1/import', {
      metrics: [{ name: 'bought', type: 'Rate', calculation: 'exists(purchase)' }],
      flags: names.map((n) => ({ key: `flag-${n}`, type: 'Boolean', default_value: false, enabled: true, rollout_percentage: 10 })),
      experiments: names.map((n) => ({
        name: `experiment ${n}`, type: 'AB', variants: [{ name: 'control' }, { name: 'treatment' }], traffic_allocation: { control: 50, treatment: 50 }, success_metrics: { primary_metric: 'bought' },
      })),
    })
    await measure(browser, server, '10,000 experiments', `${server.url}/#/experiments`, '10,000 experiments')
    await measure(browser, server, '10,000 flags', `${server.url}/#/flags`, '10,000 flags')
  } finally {
    await server.stop()
  }
}

const browser = await openBrowser()
try {
  await demo(browser)
  await large(browser)
} finally {
  await browser.close()
}
