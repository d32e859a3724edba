import { describe, expect, it } from 'vitest'
import { gauge } from '../item/rates'
import { validity } from '../firm/validity'
import { cropQuery, fitted, kept, panned, visible, whole, zoomed } from '../picture/zoom'
import { isSignature } from '../seal/strokes'
import { inTurn } from '../state/turn'

const tally = (non_conforming: number, total: number, not_applicable = 0) => ({
  total,
  not_applicable,
  non_conforming,
  corrected: 0,
  open: 0,
  conflicting: 0,
})

describe('a rate', () => {
  it('on its bound is not over it, and one more is', () => {
    expect(gauge(tally(1, 10), '10 %').over).toBe(false)
    expect(gauge(tally(2, 19), '10 %').over).toBe(true)
  })
  it('is taken over what applies', () => {
    expect(gauge(tally(1, 12, 2), '10 %').over).toBe(false)
    expect(gauge(tally(1, 12, 3), '10 %').over).toBe(true)
  })
  it('without a bound, or over nothing, is only a number', () => {
    expect(gauge(tally(3, 10), null)).toEqual({ fill: 30, tick: null, over: false })
    expect(gauge(tally(0, 0), '0 %').over).toBe(false)
    expect(gauge(tally(1, 10), '0 %').over).toBe(true)
  })
})

describe('a licence', () => {
  const licence = (valid_to: string | null) => ({
    kind: '',
    number: '',
    scope: '',
    issuer: '',
    issued: null,
    valid_to,
  })
  const now = new Date('2026-11-21T10:00:00')
  it('holds through its last day', () => {
    expect(validity(licence('2026-11-21'), now).state).toBe('soon')
    expect(validity(licence('2026-11-20'), now)).toMatchObject({ state: 'expired', tone: 'bad' })
  })
  it('is endless where no last day is printed', () => {
    expect(validity(licence(null), now).state).toBe('endless')
    expect(validity(licence('2030-01-01'), now).state).toBe('valid')
  })
})

describe('zooming', () => {
  const frame = { w: 400, h: 400 }
  const fit = fitted({ w: 1600, h: 1200 }, frame)
  it('keeps the point under the finger under the finger', () => {
    const before = whole
    const after = zoomed(before, 2, 100, 0, fit, frame)
    const under = (v: typeof whole): number => v.cx + 100 / (fit.w * v.scale)
    expect(under(after)).toBeCloseTo(under(before), 6)
  })
  it('never shows an empty side while there is picture to show', () => {
    const far = panned({ scale: 2, cx: 0.5, cy: 0.5 }, 9999, 9999, fit, frame)
    expect(far.cx).toBeCloseTo(0.25, 6)
    expect(kept({ scale: 0.1, cx: 3, cy: 3 }, fit, frame)).toEqual({ scale: 1, cx: 0.5, cy: 0.5 })
  })
  it('asks for exactly the part that is seen', () => {
    const part = visible({ scale: 2, cx: 0.25, cy: 0.5 }, fit, frame)
    expect(part.x).toBeCloseTo(0, 6)
    expect(part.w).toBeCloseTo(0.5, 6)
    expect(part.h).toBeCloseTo(2 / 3, 6)
    expect(cropQuery(part, 800)).toBe('x=0.00000&y=0.16667&w=0.50000&h=0.66667&max=800')
  })
})

describe('a signature', () => {
  it('is more than a dot', () => {
    expect(isSignature([[{ x: 1, y: 1 }]])).toBe(false)
    expect(isSignature([Array.from({ length: 12 }, (_, n) => ({ x: n, y: n }))])).toBe(true)
  })
})

describe('writes to one register', () => {
  it('go one after the other, even when one of them fails', async () => {
    const order: string[] = []
    const slow = inTurn('r', async () => {
      await Promise.resolve()
      order.push('first')
      throw new Error('refused')
    })
    const next = inTurn('r', () => {
      order.push('second')
      return Promise.resolve('ok')
    })
    await expect(slow).rejects.toThrow('refused')
    await expect(next).resolves.toBe('ok')
    expect(order).toEqual(['first', 'second'])
  })
})
