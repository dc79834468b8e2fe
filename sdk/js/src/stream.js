// Server-sent events by fetch, which can send the key in a header. Resolves when the stream ends.

export async function listen(call, path, { heard, opened, signal, silenceMs }) {
  const silence = new AbortController()
  let timer
  const watch = () => {
    clearTimeout(timer)
    timer = setTimeout(() => silence.abort(), silenceMs)
    timer.unref?.()
  }
  const stop = () => silence.abort()
  signal.addEventListener('abort', stop)
  try {
    watch()
    const answer = await call(path, { headers: { accept: 'text/event-stream' }, signal: silence.signal })
    if (answer.status !== 200) {
      await answer.body?.cancel()
      return answer
    }
    opened()
    const text = new TextDecoder()
    let line = ''
    for (const reader = answer.body.getReader(); ;) {
      const { done, value } = await reader.read()
      if (done) return answer
      watch()
      const lines = (line + text.decode(value, { stream: true })).split(/\r?\n/)
      line = lines.pop().slice(0, 65536)
      for (const one of lines) if (one.startsWith('data:')) heard(one.slice(5).trim())
    }
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}
