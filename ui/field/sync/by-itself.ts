// What is said of contacts that nobody asked for: when the next one begins, and which of their failures are no news to anybody
// who works where there is no signal.
import type { SyncView } from '@bindings/field'
import { formatDateTime, formatTime } from '@shared/format'
import { isOnlyHere } from '../day/sentence'
import { roughly } from './sentence'

type Say = (key: string, named: Record<string, unknown>) => string

const quiet = ['hq.unreachable', 'hq.busy', 'request.slow', 'body.cut', 'network.metered']
const moving = ['connecting', 'pushing', 'uploading', 'confirming', 'pulling', 'closing']

export const isMoving = (sync: SyncView): boolean => moving.includes(sync.phase)

/** Nobody asked, and nobody answered: the sentence on top says that, and nothing is wrong. */
export const isCalm = (sync: SyncView): boolean =>
  !sync.asked && sync.problem !== null && quiet.includes(sync.problem.code)

/** Both sides agreed, and something was written since. */
export const isNew = (sync: SyncView): boolean => sync.phase === 'done' && isOnlyHere(sync.only_here)

/** `at`: when the engine said so, in milliseconds. Soon in seconds, later by the clock, which stays true while it is read. */
export function nextContact(sync: SyncView, at: number, t: Say): string {
  if (!sync.by_itself) return t('sync.own.off', {})
  if (sync.phase === 'paused') return t('sync.own.paused', {})
  if (isMoving(sync)) return t('sync.own.now', {})
  if (sync.wifi_only && sync.network === 'metered') return t('sync.own.held', {})
  const ms = sync.retry_ms
  if (ms === null) return t('sync.own.on', {})
  if (ms < 5_000) return t('sync.own.moment', {})
  if (ms < 90_000) return t('sync.own.soon', { span: roughly(ms, t) })
  const time = formatTime(new Date(at + ms).toISOString())
  return t(sync.phase === 'waiting' || sync.phase === 'failed' ? 'sync.own.again' : 'sync.own.next', { time })
}

export const lastContact = (sync: SyncView, t: Say): string =>
  sync.last_contact
    ? t('sync.own.last', { time: formatDateTime(sync.last_contact) })
    : t('sync.own.never', {})
