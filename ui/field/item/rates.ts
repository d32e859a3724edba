// A rate against its bound, for the eye. The judgement itself is the engine's; here integers are compared as it does.
import type { Tally } from '@bindings/field'

export interface Gauge {
  /** 0..100 of the track. */
  fill: number
  /** Where the bound stands, or null without one. */
  tick: number | null
  over: boolean
}

/** The track ends at twice the bound: what matters is the neighbourhood of the bound, not 100 %. */
export function gauge(tally: Tally, bound: string | null): Gauge {
  const applies = tally.total - tally.not_applicable
  const limit = bound === null ? null : Number.parseFloat(bound.replace(/[^\d.]/g, ''))
  const rate = applies === 0 ? 0 : (tally.non_conforming / applies) * 100
  if (limit === null || Number.isNaN(limit)) return { fill: Math.min(100, rate), tick: null, over: false }
  const end = limit === 0 ? 20 : limit * 2
  return {
    fill: Math.min(100, (rate / end) * 100),
    tick: (limit / end) * 100,
    over: tally.non_conforming * 100 > limit * applies,
  }
}
