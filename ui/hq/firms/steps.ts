// Where a firm stands between an order to stop and its return: what the page says of each step.
import type { FirmStanding, Standing } from '@bindings/hq'

/** The way back, in order; a firm that was never stopped is not on it. */
export const way: Standing[] = ['suspended', 'inspected', 'committed', 'reopened']

export type Mark = 'done' | 'now' | 'ahead'

/** How far a firm is on the way back. */
export function marks(standing: Standing): { at: Standing; mark: Mark }[] {
  const here = way.indexOf(standing)
  return way.map((at, n) => ({
    at,
    mark: n < here || standing === 'reopened' ? 'done' : n === here ? 'now' : 'ahead',
  }))
}

/** An order holds. */
export function isSuspended(standing: FirmStanding): boolean {
  return standing.suspended !== null
}
