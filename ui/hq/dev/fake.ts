// A stand-in for HQ while the pages are being worked on (`npm run dev:hq` without XUNCHA_HQ) and under test. It answers from
// memory, keeps nothing, and is no part of a build.
import type * as T from '@bindings/hq'
import { day } from './days'
import { draft, sealed } from './inspections'
import * as rest from './rest'

export interface Answer {
  status: number
  body: unknown
}

const details: T.InspectionDetail[] = [sealed, draft]
const ok = (body: unknown): Answer => ({ status: 200, body })
const done: Answer = { status: 204, body: undefined }

export function problem(status: number, code: string, params: Record<string, string> = {}): Answer {
  return {
    status,
    body: { type: `urn:xuncha:problem:${code}`, title: code, status, code, retry: 'never', params },
  }
}

function rows(query: URLSearchParams): T.InspectionPage {
  const text = query.get('text') ?? ''
  const all = [...details.map((d) => d.row), ...rest.moreRows].filter(
    (r) =>
      (!query.get('unit') || r.unit === query.get('unit')) &&
      (!query.get('state') || r.state === query.get('state')) &&
      (!query.get('serious') || r.serious > 0) &&
      (!query.get('conclusion') || r.conclusion === query.get('conclusion')) &&
      (!query.get('from') || r.day >= (query.get('from') ?? '')) &&
      (!query.get('to') || r.day <= (query.get('to') ?? '')) &&
      `${r.firm_name} ${r.uscc} ${r.number}`.includes(text),
  )
  const from = Number(query.get('after') ?? 0)
  return { rows: all.slice(from, from + 50), next: all.length > from + 50 ? String(from + 50) : null }
}

type Handler = (parts: string[], query: URLSearchParams, body: unknown) => Answer

const routes: [string, RegExp, Handler][] = [
  ['GET', /^\/api\/me$/, () => (rest.session.open ? ok(rest.me) : problem(401, 'session.unknown'))],
  [
    'POST',
    /^\/api\/session$/,
    (_, __, body) => {
      if ((body as T.SignIn).password !== 'xuncha-demo') return problem(401, 'sign_in.wrong')
      rest.session.open = true
      return ok(rest.me)
    },
  ],
  [
    'DELETE',
    /^\/api\/session$/,
    () => {
      rest.session.open = false
      return done
    },
  ],
  ['GET', /^\/api\/sessions$/, () => ok(rest.sessions)],
  ['GET', /^\/api\/status$/, () => ok(rest.status)],
  ['GET', /^\/api\/users$/, () => ok(rest.users)],
  ['GET', /^\/api\/units$/, () => ok(rest.units)],
  ['GET', /^\/api\/library$/, () => ok(rest.library)],
  ['GET', /^\/api\/day$/, (_, query) => ok(day(query.get('date') ?? ''))],
  ['GET', /^\/api\/devices$/, () => ok(rest.devices)],
  ['GET', /^\/api\/invitations$/, () => ok(rest.invitations)],
  ['POST', /^\/api\/invitations$/, () => ok(rest.invitation())],
  ['GET', /^\/api\/firms$/, (_, query) => ok(rest.findFirms(query.get('text') ?? ''))],
  [
    'GET',
    /^\/api\/firms\/([^/]+)\/proposal$/,
    (_, query) => ok(rest.proposal(query.get('kind') ?? 'routine')),
  ],
  [
    'POST',
    /^\/api\/firms\/([^/]+)\/suspend$/,
    ([firm]) =>
      rest.standingOf(firm ?? '').suspended || firm === 'firm-5'
        ? problem(409, 'firm.already_suspended')
        : ok(rest.firmDetail(firm ?? '')),
  ],
  [
    'POST',
    /^\/api\/firms\/([^/]+)\/reopen$/,
    ([firm]) => (firm === 'firm-4' ? ok(rest.firmDetail(firm)) : problem(409, 'reopening.no_inspection')),
  ],
  ['GET', /^\/api\/firms\/(.+)$/, ([firm]) => ok(rest.firmDetail(firm ?? ''))],
  ['GET', /^\/api\/tasks$/, (_, query) => ok(rest.findTasks(query.get('state') ?? ''))],
  [
    'GET',
    /^\/api\/tasks\/([^/]+)$/,
    ([task]) => ok(rest.tasks.find((t) => t.task === task) ?? rest.tasks[0]),
  ],
  ['GET', /^\/api\/inspections$/, (_, query) => ok(rows(query))],
  [
    'GET',
    /^\/api\/inspections\/([^/]+)$/,
    ([id]) => {
      const found = details.find((d) => d.row.inspection === id)
      return found ? ok(found) : problem(404, 'inspection.unknown')
    },
  ],
  ['GET', /^\/api\/inspections\/([^/]+)\/timeline$/, () => ok(rest.timeline)],
  [
    'GET',
    /^\/api\/inspections\/([^/]+)\/record$/,
    ([id]) => (id === sealed.row.inspection ? ok(rest.record) : problem(404, 'record.none')),
  ],
  [
    'POST',
    /^\/api\/inspections\/([^/]+)\/verify$/,
    ([id]) => ok(id === sealed.row.inspection ? rest.intact : rest.broken),
  ],
]

/** Answers a call as HQ would; a write nobody handles is simply done. */
export function answer(method: string, url: string, body?: unknown): Answer {
  const { pathname, searchParams } = new URL(url, 'http://hq.invalid')
  for (const [verb, path, handle] of routes) {
    const match = verb === method ? path.exec(pathname) : null
    if (match) return handle(match.slice(1), searchParams, body)
  }
  return method === 'GET' ? problem(404, 'route.unknown') : done
}

/** A picture that shows which it is, or a stroke of the pen. */
export function blob(sha256: string): string {
  const hue = parseInt(sha256.slice(0, 4), 16) % 360
  if (sha256.startsWith('51')) {
    return `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="100"><path d="M20 70c40-60 50 30 70-10s30 30 60-5 40-30 60 5 40 10 70-25" fill="none" stroke="#14202b" stroke-width="4" stroke-linecap="round"/></svg>`
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="4000" height="3000" viewBox="0 0 400 300"><rect width="400" height="300" fill="hsl(${String(hue)} 22% 62%)"/><rect x="40" y="40" width="140" height="220" fill="hsl(${String(hue)} 18% 44%)"/><rect x="210" y="120" width="150" height="140" fill="hsl(${String(hue)} 26% 78%)"/><text x="60" y="80" font-size="26" fill="#fff">6.3 ℃</text><text x="225" y="200" font-size="12" fill="#333">${sha256.slice(0, 8)}</text></svg>`
}
