// The filters of the list stand in the address bar: a list can be sent to a colleague, and Back brings it back.
import type { InspectionState } from '@bindings/hq'
import type { LocationQuery, LocationQueryRaw } from 'vue-router'

export const states = [
  'draft',
  'proposed',
  'sealed',
  'abandoned',
] as const satisfies readonly InspectionState[]

/** The outcomes of the shipped rules. A rule of one's own may have others: the address bar takes any code. */
export const conclusions = ['pass', 'rectify', 'fail'] as const

export interface Filters {
  unit: string
  state: InspectionState | ''
  conclusion: string
  /** Only with serious items that do not conform. */
  serious: 'true' | ''
  from: string
  to: string
  text: string
}

export const noFilters: Filters = {
  unit: '',
  state: '',
  conclusion: '',
  serious: '',
  from: '',
  to: '',
  text: '',
}

function one(query: LocationQuery, key: keyof Filters): string {
  const value = query[key]
  return (Array.isArray(value) ? value[0] : value)?.trim() ?? ''
}

function day(text: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) ? text : ''
}

/** What the address says; nonsense in it is no filter. */
export function readFilters(query: LocationQuery): Filters {
  return {
    unit: one(query, 'unit'),
    state: states.find((s) => s === one(query, 'state')) ?? '',
    conclusion: one(query, 'conclusion'),
    serious: one(query, 'serious') === 'true' ? 'true' : '',
    from: day(one(query, 'from')),
    to: day(one(query, 'to')),
    text: one(query, 'text'),
  }
}

/** What stands in the address: only what is set. The same object asks HQ. */
export function writeFilters(filters: Filters): LocationQueryRaw & Record<string, string> {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ''))
}

export function anyFilter(filters: Filters): boolean {
  return Object.values(filters).some((value) => value !== '')
}
