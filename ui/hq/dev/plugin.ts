// The dev server's /api: the fake, or with XUNCHA_HQ=http://127.0.0.1:PORT the real HQ. Never part of a build.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin, ViteDevServer } from 'vite'

/** HQ's routes; not our own sources, which the dev server serves from ui/hq/api. */
export const apiPath = '^/api/(?!\\w+\\.ts)'

interface Fake {
  answer: (method: string, url: string, body?: unknown) => { status: number; body: unknown }
  blob: (sha256: string) => string
}

async function read(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text ? (JSON.parse(text) as unknown) : undefined
}

async function serve(
  server: ViteDevServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const fake = (await server.ssrLoadModule('/dev/fake.ts')) as Fake
  const url = request.url ?? '/'
  const sha256 = /^\/api\/blobs\/([0-9a-f]+)/.exec(url)?.[1]
  if (sha256) {
    response.setHeader('content-type', 'image/svg+xml')
    response.end(fake.blob(sha256))
    return
  }
  const given = fake.answer(request.method ?? 'GET', url, await read(request))
  response.statusCode = given.status
  response.setHeader('content-type', 'application/json')
  response.end(given.body === undefined ? undefined : JSON.stringify(given.body))
}

export function fakeHq(): Plugin {
  return {
    name: 'fake-hq',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        if (new RegExp(apiPath).test(request.url ?? '')) void serve(server, request, response)
        else next()
      })
    },
  }
}
