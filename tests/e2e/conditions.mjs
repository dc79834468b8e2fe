// A server in front of the program that does what networks and proxies do. The first segment of the
// path says what: /always-STATUS, /once-STATUS (each client URL's first answer), /cut, /once-cut, /pass.
import http from 'node:http'

const bodies = { 401: 'UNAUTHORIZED', 403: 'FORBIDDEN', 404: 'NOT_FOUND', 413: 'TOO_LARGE', 429: 'OVERLOADED', 500: 'INTERNAL' }
export const statuses = Object.keys(bodies).map(Number)

/** `target()` is the program's URL at the moment. Counts answers by condition in `seen`. */
export async function startConditions(target) {
  const seen = {}
  const server = http.createServer((request, response) => {
    const [, condition, rest] = request.url.match(/^\/((?:always|once)-[^/]+|cut|pass)(\/.*)$/) ?? [null, 'pass', request.url]
    // Browsers ask whether they may ask; that is not what fails.
    const isPreflight = request.method === 'OPTIONS'
    const count = (seen[condition] = (seen[condition] ?? 0) + (isPreflight ? 0 : 1))
    const [when, what] = condition.includes('-') ? condition.split('-') : ['always', condition]
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      if (what === 'pass' || isPreflight || (when === 'once' && count > 1)) return forward(rest, request, Buffer.concat(chunks), response)
      if (what === 'cut') return request.socket.destroy()
      response.writeHead(Number(what), { 'content-type': 'application/json', 'access-control-allow-origin': '*', 'access-control-expose-headers': '*', ...(what === '429' ? { 'retry-after': '1' } : {}) })
      response.end(JSON.stringify(rest.startsWith('/ofrep')
        ? { key: 'bool', errorCode: what === '404' ? 'FLAG_NOT_FOUND' : 'GENERAL', errorDetails: bodies[what], metadata: {} }
        : { code: bodies[what], message: 'as the test asks', pointer: '' }))
    })
  })
  function forward(path, request, body, response) {
    const onward = http.request(target() + path, { method: request.method, headers: { ...request.headers, host: new URL(target()).host } }, (got) => {
      response.writeHead(got.statusCode, got.headers)
      got.pipe(response)
    })
    onward.on('error', () => request.socket.destroy())
    onward.end(body)
  }
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve) })
  return { url: `http://127.0.0.1:${server.address().port}`, seen, stop }
}
