// The one place that calls fetch. Cookies carry the session; the header says that the call comes from our own page.
import { Problem, readProblem } from './problem'

export type Query = Record<string, string | number | undefined>
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export function withQuery(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(key, String(value))
  }
  const text = search.toString()
  return text ? `${path}?${text}` : path
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text()
  if (!text) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

export async function call<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (method !== 'GET') headers['x-xuncha'] = '1'
  if (body !== undefined) headers['content-type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      body: body === undefined ? null : JSON.stringify(body),
    })
  } catch {
    throw new Problem('hq.unreachable', 0, 'later')
  }
  const read = await readBody(response)
  if (!response.ok) throw readProblem(response.status, read)
  // The shapes are HQ's own types (bindings/hq.ts), held together by a test on its side.
  return read as T
}
