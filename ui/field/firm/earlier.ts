// What earlier inspections on this phone tell about the next one: who came along, and how the last shop of a sweep was asked.
import type { InspectionView, Officer, Today } from '@bindings/field'
import { call } from '../host'

/** Opening an inspection folds all its entries: a handful is enough to know the colleagues. */
const some = 6

const newest = ({ drafts, sealed }: Today): string[] =>
  [...drafts, ...sealed].sort((a, b) => b.started.localeCompare(a.started)).map((row) => row.id)

async function open(id: string): Promise<InspectionView | undefined> {
  return call('inspection', { inspection: id }).catch(() => undefined)
}

/** People who inspected before, newest first, without those who are in already. Certificates as they gave them last. */
export async function colleagues(present: readonly Officer[]): Promise<Officer[]> {
  const today = await call('today', { here: null })
  const { users } = await call('status', {})
  const found: Officer[] = []
  for (const id of newest(today).slice(0, some)) found.push(...((await open(id))?.officers ?? []))
  found.push(...users.map((u) => ({ user: u.user, name: u.name, certificate: '' })))
  const names = new Set(present.map((o) => o.name))
  return found.filter((o) => !names.has(o.name) && names.add(o.name)).slice(0, 4)
}

export interface SweepChoices {
  subject: InspectionView['firm']['subject']
  kind: InspectionView['kind']
  lists: string[]
  officers: Officer[]
}

/** How the last shop of a sweep was asked: `after`, if it is named, or the newest that belonged to one. */
export async function lastSweep(after: string | undefined): Promise<SweepChoices | undefined> {
  const ids = after ? [after] : newest(await call('today', { here: null })).slice(0, some)
  for (const id of ids) {
    const view = await open(id)
    if (!view?.modes.includes('sweep')) continue
    const { firm, kind, row, officers } = view
    // The first officer is whoever is in: the engine puts them there.
    return { subject: firm.subject, kind, lists: [...row.lists], officers: officers.slice(1) }
  }
  return undefined
}
