// Every refusal the page can meet is one of these: a code to find words by, and when trying again makes sense.
export type Retry = 'never' | 'later' | 'after_action'

export class Problem extends Error {
  override name = 'Problem'

  constructor(
    readonly code: string,
    readonly status: number,
    readonly retry: Retry,
    readonly params: Readonly<Record<string, string>> = {},
  ) {
    super(code)
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textParams(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {}
  return Object.fromEntries(
    Object.entries(value).filter((e): e is [string, string] => typeof e[1] === 'string'),
  )
}

/** Reads RFC 9457 details; anything else (a proxy's page, an empty body) becomes `http.unexpected`. */
export function readProblem(status: number, body: unknown): Problem {
  if (isRecord(body) && typeof body['code'] === 'string') {
    const retry = body['retry']
    const known: Retry = retry === 'later' || retry === 'after_action' ? retry : 'never'
    return new Problem(body['code'], status, known, textParams(body['params']))
  }
  return new Problem('http.unexpected', status, status >= 500 ? 'later' : 'never', { status: String(status) })
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem('page.fault', 0, 'never', { detail: String(error) })
}
