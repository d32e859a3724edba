import { afterEach, expect, test, vi } from 'vitest'
import { call, withQuery } from './http'
import { Problem } from './problem'

function answering(status: number, body: string): ReturnType<typeof vi.fn> {
  const fetch = vi.fn(() => Promise.resolve(new Response(body || null, { status })))
  vi.stubGlobal('fetch', fetch)
  return fetch
}
afterEach(() => {
  vi.unstubAllGlobals()
})
const failure = (promise: Promise<unknown>): Promise<Problem> =>
  promise.then(
    () => {
      throw new Error('went through')
    },
    (error: unknown) => error as Problem,
  )

test('what changes state carries the header that a form of another site cannot set', async () => {
  const fetch = answering(200, '{}')
  await call('POST', '/api/session', { user: 'a', password: 'b' })
  await call('DELETE', '/api/session')
  await call('GET', '/api/me')
  const headers = fetch.mock.calls.map(
    (c) => (c[1] as { headers: Record<string, string> }).headers['x-xuncha'],
  )
  expect(headers).toEqual(['1', '1', undefined])
})

test('a problem keeps its code, retry and parameters', async () => {
  answering(429, '{"code":"request.too_many","retry":"later","params":{"seconds":"30"},"status":429}')
  const problem = await failure(call('GET', '/api/me'))
  expect(problem).toMatchObject({
    code: 'request.too_many',
    status: 429,
    retry: 'later',
    params: { seconds: '30' },
  })
})

test('an answer that is no problem of ours is still one code', async () => {
  answering(502, '<html>Bad gateway</html>')
  expect(await failure(call('GET', '/api/me'))).toMatchObject({
    code: 'http.unexpected',
    status: 502,
    retry: 'later',
  })
})

test('no answer at all is one code too', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed to fetch')))
  expect(await failure(call('GET', '/api/me'))).toMatchObject({ code: 'hq.unreachable', retry: 'later' })
})

test('what is not set is not asked', () => {
  expect(withQuery('/api/tasks', { state: '', unit: undefined, after: 'k 1' })).toBe('/api/tasks?after=k+1')
})
