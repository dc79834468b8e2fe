// Every code snippet that a flag's page shows, run as it stands, for every type of flag: it prints the
// flag's value, not the fallback.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { after, before, test } from 'node:test'
import { binary, startServer } from './server.mjs'
import { openBrowser } from './web/browser.mjs'

const here = import.meta.dirname
const root = path.resolve(here, '../..')
const web = createRequire(path.join(root, 'web/package.json'))
const vite = await import(pathToFileURL(web.resolve('vite')).href.replace(/index\.cjs$/, 'dist/node/index.js'))
const { snippets } = (await vite.runnerImport(path.join(root, 'web/src/lib/snippets.ts'), { configFile: false, logLevel: 'error' })).module

const folder = mkdtempSync(path.join(tmpdir(), 'gosset-snippets-'))
// The value names itself in whatever way a language prints it; the fallback holds what literals trip over.
const FLAGS = [
  { key: 'a-boolean', type: 'Boolean', default_value: false, value: true, prints: /\btrue\b/i },
  { key: 'a.string', type: 'String', default_value: 'it\'s "x"\\\n', value: 'blue', prints: /blue/ },
  { key: 'a_number', type: 'Number', default_value: 1, value: 12.5, prints: /12\.5/ },
  { key: 'a-json', type: 'JSON', default_value: { off: false, none: null, list: [1.5, 'true'], deep: { a: 'None' } }, value: { size: 'large' }, prints: /large/ },
]
const keys = {}
let server
let browser

const has = (command, ...args) => spawnSync(command, args, { stdio: 'ignore', timeout: 60000 }).status === 0
/** Runs it with the key in the environment; what it prints. */
function run(command, args, { scope = 'server', ...options } = {}) {
  const done = spawnSync(command, args, { encoding: 'utf8', timeout: 120000, cwd: folder, ...options, env: { ...process.env, GOSSET_KEY: keys[scope], GOSSET_ADMIN_KEY: '', PATH: `${path.dirname(binary)}:${process.env.PATH}`, ...options.env } })
  assert.equal(done.status, 0, `${command} ${args.join(' ')}\n${done.stdout}\n${done.stderr}`)
  return done.stdout
}

before(async () => {
  server = await startServer({ env: { GOSSET_CORS_ORIGINS: '*' } })
  for (const scope of ['server', 'client', 'admin']) keys[scope] = (await server.call('POST', '/api/v1/keys', { name: `snippets-${scope}`, scope })).json.key
  for (const { prints, ...flag } of FLAGS) {
    const made = await server.call('POST', '/api/v1/flags', { ...flag, enabled: true, client_visible: true, targeting_rules: { attributes: { country: 'DE' } } })
    assert.equal(made.status, 201, made.text)
  }
  mkdirSync(path.join(folder, 'node_modules/@gosset/client'), { recursive: true })
  symlinkSync(path.join(here, 'node_modules/@openfeature'), path.join(folder, 'node_modules/@openfeature'))
  if (spawnSync(path.join(root, 'tools/wasm-build'), { cwd: root }).status === 0)
    for (const part of ['src', 'dist', 'package.json']) cpSync(path.join(root, 'sdk/js', part), path.join(folder, 'node_modules/@gosset/client', part), { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), '{"type": "module"}')
})
after(async () => {
  await browser?.close()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The snippet of every flag, run by `ask(text, flag)`; each prints its value. */
async function check(title, ask) {
  for (const { prints, ...flag } of FLAGS) {
    const snippet = snippets(flag, server.url).find((one) => one.title === title)
    assert.ok(snippet, title)
    assert.match(await ask(snippet.text, flag), prints, `${title}, ${flag.type}`)
  }
}

for (const title of ['JavaScript (server)', 'JavaScript (server, decided in the process)'])
  test(title, async () => {
    await check(title, (text) => {
      writeFileSync(path.join(folder, 'ask.mjs'), text)
      return run('node', ['ask.mjs'])
    })
  })

for (const title of ['JavaScript (browser)', 'JavaScript (browser, @gosset/client)'])
  test(title, async () => {
    browser ??= await openBrowser()
    await check(title, async (text) => {
      writeFileSync(path.join(folder, 'page.mjs'), text.replace('CLIENT_KEY', keys.client))
      const [{ output }] = [await vite.build({ configFile: false, logLevel: 'silent', root: folder, define: { 'process.env.NODE_ENV': '"production"' }, build: { write: false, minify: false, target: 'esnext', rollupOptions: { input: path.join(folder, 'page.mjs') } } })].flat()
      const files = Object.fromEntries(output.map((file) => [`/${file.fileName}`, file.code]))
      const entry = output.find((file) => file.isEntry).fileName
      const site = http.createServer((request, response) => {
        response.writeHead(200, { 'content-type': files[request.url] ? 'text/javascript' : 'text/html' })
        response.end(files[request.url] ?? `<!doctype html><title>shop</title><script type="module" src="/${entry}"></script>`)
      })
      await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve))
      const page = await browser.newPage()
      const said = []
      page.on('console', async (message) => said.push(JSON.stringify(await Promise.all(message.args().map((one) => one.jsonValue().catch(() => '')))) + message.text()))
      page.on('pageerror', (error) => said.push(error.message))
      await page.goto(`http://127.0.0.1:${site.address().port}/`)
      for (let i = 0; i < 200 && said.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 25))
      await page.close()
      site.closeAllConnections()
      site.close()
      return said.join('\n')
    })
  })

test('Python', { skip: !existsSync(path.join(here, 'python/packages')) && 'the Python packages are not here' }, async () => {
  await check('Python', (text) => run('python3', ['-c', text], { env: { PYTHONPATH: path.join(here, 'python/packages') } }))
})

test('Go', { skip: !has('go', 'version') && 'go is not here', timeout: 300000 }, async (context) => {
  for (const file of ['go.mod', 'go.sum']) cpSync(path.join(here, 'go', file), path.join(folder, file))
  if (spawnSync('go', ['mod', 'download'], { cwd: folder, stdio: 'ignore', timeout: 120000 }).status !== 0) return context.skip('the Go modules are not here')
  await check('Go', (text) => {
    writeFileSync(path.join(folder, 'ask.go'), text)
    return run('go', ['run', 'ask.go'])
  })
})

test('Java', { skip: !has('mvn', '-v') && 'mvn is not here', timeout: 300000 }, async (context) => {
  const file = path.join(folder, 'classes')
  const asked = spawnSync('mvn', ['-q', '-B', '-f', path.join(here, 'java/pom.xml'), 'dependency:build-classpath', `-Dmdep.outputFile=${file}`], { stdio: 'ignore', timeout: 120000 })
  if (asked.status !== 0) return context.skip('the packages of Maven are not here')
  await check('Java', (text) => {
    writeFileSync(path.join(folder, 'Ask.java'), text)
    return run('sh', ['-c', `exec java -cp "$(cat ${file})" Ask.java`])
  })
})

test('C (decided in the process)', { skip: !has('cc', '--version') && 'cc is not here' }, async () => {
  const prefix = path.join(folder, 'prefix')
  run('cmake', ['--install', path.dirname(binary), '--prefix', prefix, '--component', 'client'])
  const lib = path.join(prefix, 'lib')
  const installed = existsSync(path.join(lib, 'pkgconfig')) ? lib : path.join(lib, readdirSync(lib).find((name) => existsSync(path.join(lib, name, 'pkgconfig'))))
  await check('C (decided in the process)', (text) => {
    writeFileSync(path.join(folder, 'ask.c'), text)
    run('sh', ['-c', 'cc -Wall -Wextra -Werror -o ask ask.c $(pkg-config --cflags --libs gosset-client)'], { env: { PKG_CONFIG_PATH: path.join(installed, 'pkgconfig') } })
    return run('./ask', [], { env: { LD_LIBRARY_PATH: installed } })
  })
})

for (const [title, scope] of [['curl', 'server'], ['Command line', 'admin']])
  test(title, async () => {
    await check(title, (text) => run('sh', ['-e', '-c', text], { scope }))
  })
