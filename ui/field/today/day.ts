// The line under the title: the day, the weekday, who is in.
import { formatDate } from '@shared/format'

export function dayLine(now: Date, locale: string, name: string): string {
  const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' }).format(now)
  return [`${formatDate(now.toISOString())} ${weekday}`, name].filter((part) => part !== '').join(' · ')
}

export function daysSince(iso: string, now: Date): number {
  return Math.floor((now.getTime() - new Date(iso).getTime()) / 86_400_000)
}
