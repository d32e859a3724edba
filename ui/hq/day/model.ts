// What the page of a day counts, and what stands in its address.
import type { DayMissing, DayPhone } from '@bindings/hq'
import type { LocationQuery } from 'vue-router'

export interface Ask {
  date: string
  unit: string
}

const one = (query: LocationQuery, key: string): string => {
  const value = query[key]
  return (Array.isArray(value) ? value[0] : value)?.trim() ?? ''
}

/** What the address says; nonsense in it is no question. */
export function readAsk(query: LocationQuery): Ask {
  const date = one(query, 'date')
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(Date.parse(date))
  return { date: isDay ? date : '', unit: one(query, 'unit') }
}

export const writeAsk = (ask: Ask): Record<string, string> =>
  Object.fromEntries(Object.entries(ask).filter(([, value]) => value !== ''))

/** The day so many days away. Days are days of the calendar: no clock moves them. */
export function away(date: string, days: number): string {
  const moved = new Date(`${date}T00:00:00Z`)
  moved.setUTCDate(moved.getUTCDate() + days)
  return moved.toISOString().slice(0, 10)
}

export interface Missing extends DayMissing {
  phone: DayPhone
}

export const missingOf = (phones: readonly DayPhone[]): Missing[] =>
  phones.flatMap((phone) => phone.missing.map((file) => ({ ...file, phone })))

/** HQ's word covers all HQ has of this phone, and nothing is missing or apart. */
export const isClosed = (phone: DayPhone): boolean =>
  phone.agreed !== null && phone.agreed.since === 0 && phone.missing.length === 0 && phone.apart.length === 0

export interface Sums {
  phones: number
  closed: number
  missing: number
  bytes: number
  apart: number
}

export function sums(phones: readonly DayPhone[]): Sums {
  const missing = missingOf(phones)
  return {
    phones: phones.length,
    closed: phones.filter(isClosed).length,
    missing: missing.length,
    bytes: missing.reduce((sum, file) => sum + file.size - file.arrived, 0),
    apart: phones.reduce((sum, phone) => sum + phone.apart.length, 0),
  }
}
