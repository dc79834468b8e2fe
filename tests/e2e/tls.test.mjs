// TLS: a renewed certificate is taken without a restart, and an expired one is served and complained about.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync } from 'node:fs'
import https from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { adminKey, startServer } from './server.mjs'

/** A key and a certificate of that name, put in place at once; `days` may be negative. */
function certify(folder, name, days) {
  const at = (file) => path.join(folder, file)
  const quiet = { stdio: 'ignore' }
  execFileSync('openssl', ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', `/CN=${name}`, '-keyout', at('key.new'), '-out', at('request')], quiet)
  execFileSync('openssl', ['x509', '-req', '-in', at('request'), '-signkey', at('key.new'), '-days', String(days), '-out', at('cert.new')], quiet)
  renameSync(at('key.new'), at('key.pem'))
  renameSync(at('cert.new'), at('cert.pem'))
}

function ask(url, route) {
  return new Promise((resolve, reject) => {
    const request = https.request(url + route, { rejectUnauthorized: false, agent: false, headers: { authorization: `Bearer ${adminKey}` } }, (response) => {
      const name = response.socket.getPeerCertificate().subject.CN
      let text = ''
      response.on('data', (chunk) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode, text, name }))
    })
    request.on('error', reject)
    request.end()
  })
}

test('an expired certificate is served, named and replaced while serving', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'gosset-tls-'))
  certify(folder, 'old', -1)
  const server = await startServer({ args: ['--tls-certificate', path.join(folder, 'cert.pem'), '--tls-key', path.join(folder, 'key.pem')] })
  try {
    assert.match(server.output(), /certificate expired at .* and is served all the same/)
    const flags = await ask(server.url, '/api/v1/flags')
    assert.deepEqual([flags.status, flags.name], [200, 'old'])
    const ready = await ask(server.url, '/readyz')
    assert.equal(ready.status, 200)
    assert.deepEqual(JSON.parse(ready.text), { status: 'degraded', degraded: ['tls: the certificate has expired'] })
    assert.match((await ask(server.url, '/metrics')).text, /\ngosset_tls_expires_seconds -\d/)

    certify(folder, 'new', 30)
    let now
    for (let i = 0; i < 300 && now?.name !== 'new'; i++) {
      now = await ask(server.url, '/readyz')
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    assert.equal(now.name, 'new')
    assert.equal(JSON.parse(now.text).status, 'ready')
    assert.match(server.output(), /took the new certificate/)
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})
