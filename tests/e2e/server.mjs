// Starts the real program on a free loopback port with an empty data folder, and stops it again.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
export const binary = process.env.GOSSET_BINARY ?? path.join(root, 'build/release/gosset')
export const adminKey = 'gosset-e2e-admin-key-0123456789'

/** Resolves when the program answers on its port. `stop()` ends it and removes its data. */
export async function startServer({ data, args = [], env = {} } = {}) {
  const folder = data ?? mkdtempSync(path.join(tmpdir(), 'gosset-e2e-'))
  const child = spawn(binary, ['serve', '--data', folder, '--listen', '127.0.0.1:0', ...args], {
    env: { ...process.env, GOSSET_ADMIN_KEY: adminKey, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const url = await new Promise((resolve, reject) => {
    const read = (chunk) => {
      output += chunk
      const found = output.match(/https?:\/\/127\.0\.0\.1:\d+/)
      if (found) resolve(found[0])
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('exit', (code) => reject(new Error(`gosset ended with ${code} before it listened:\n${output}`)))
  })
  const call = async (method, route, body, headers = {}) => {
    const response = await fetch(url + route, {
      method,
      headers: {
        authorization: `Bearer ${adminKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await response.text()
    let json
    try {
      json = text ? JSON.parse(text) : undefined
    } catch {
      json = undefined
    }
    return { status: response.status, headers: response.headers, text, json }
  }
  const stop = async (signal = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.on('exit', resolve))
      child.kill(signal)
      await gone
    }
    if (!data) rmSync(folder, { recursive: true, force: true })
    return child.exitCode
  }
  return { url, folder, child, call, stop, output: () => output }
}
