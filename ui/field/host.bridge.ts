// A plain browser in front of the engine's bridge: for tests, screenshots and work on the screens. Never in the app.
import type { Happening } from '@bindings/field'
import { failureOf, Refused, type Args, type Host, type Reply, type Verb } from './host'

async function answer(verb: string, args: unknown): Promise<unknown> {
  const response = await fetch('/bridge/call', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ verb, args }),
  }).catch(() => {
    throw new Refused({ code: 'shell.broken', retry: 'later', params: {} })
  })
  const body: unknown = await response.json().catch(() => null)
  if (!response.ok) throw new Refused(failureOf(body))
  return body
}

export function bridgeHost(): Host {
  return {
    call: async <V extends Verb>(verb: V, args: Args<V>) => (await answer(verb, args)) as Reply<V>,
    listen(heard) {
      const source = new EventSource('/bridge/happenings')
      source.onmessage = (event: MessageEvent<string>) => {
        heard(JSON.parse(event.data) as Happening)
      }
      return () => {
        source.close()
      }
    },
    photoUrl: (kind, sha256, query) => `/bridge/photo/${kind}/${sha256}${query ? `?${query}` : ''}`,
    place: () => Promise.resolve(null),
  }
}
