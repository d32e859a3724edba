// The one sentence on top of the close of the day: what is so, and never more than is proved.
import type { DayCounts, DayView, OnlyHere } from '@bindings/field'

type Say = (key: string, named: Record<string, unknown>, plural?: number) => string

/** `3 家、41 张照片、6 个签名`: what a person counts in; entries only where there is nothing else. */
export function counted(counts: DayCounts, t: Say): string {
  const kinds = [
    ['firms', counts.inspections],
    ['photos', counts.photos],
    ['files', counts.files],
    ['signatures', counts.signatures],
  ] as const
  const parts = kinds.filter(([, n]) => n > 0).map(([kind, n]) => t(`day.${kind}`, { n }, n))
  if (parts.length === 0) parts.push(t('day.entries', { n: counts.entries }, counts.entries))
  return parts.join(t('day.and', {}))
}

export const isOnlyHere = (only: OnlyHere): boolean => only.entries > 0 || only.photos > 0 || only.files > 0

function waiting(only: OnlyHere, t: Say): string {
  const kinds = ['photos', 'files', 'entries'] as const
  return kinds
    .filter((kind) => only[kind] > 0)
    .map((kind) => t(`day.${kind}`, { n: only[kind] }, only[kind]))
    .join(t('day.and', {}))
}

export function sentence(day: DayView, t: Say): string {
  if (isOnlyHere(day.only_here)) return t('day.says.onlyHere', { what: waiting(day.only_here, t) })
  if (day.here.inspections === 0) return t('day.says.clear', {})
  return t('day.says.allIn', { what: counted(day.here, t) })
}

/** Under it, while something is only here: how much of the day HQ has already. */
export function progress(day: DayView, t: Say): string | null {
  if (!isOnlyHere(day.only_here) || day.here.inspections === 0) return null
  return t('day.says.part', { what: counted(day.here, t), had: counted({ ...day.at_hq, inspections: 0 }, t) })
}

/** Both sides hold the same now: nothing waits, nothing is apart, nothing was written since HQ's word. */
export function isClosed(day: DayView): boolean {
  return (
    !isOnlyHere(day.only_here) &&
    day.apart.length === 0 &&
    day.refused.length === 0 &&
    day.agreed !== null &&
    day.since === 0
  )
}
