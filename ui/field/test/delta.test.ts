import type { Delta, InspectionView } from '@bindings/field'
import { describe, expect, it } from 'vitest'
import { begin, theFirm } from '../dev/begin'
import { applyDelta, itemsOf, nextOpen } from '../state/delta'

const view = (): InspectionView => begin('i1', theFirm, ['COLD'], 'task-31')
const delta = (v: InspectionView, change: Partial<Delta>): Delta => ({
  inspection: 'i1',
  items: [],
  general_evidence: null,
  fields: [],
  officers: null,
  reload: false,
  progress: v.progress,
  seal: null,
  ...change,
})

describe('a delta', () => {
  it('replaces the items it names and leaves the others as they were', () => {
    const v = view()
    const [first, second] = itemsOf(v)
    if (!first || !second) throw new Error('the list is empty')
    const kept = second.state
    applyDelta(v, delta(v, { items: [{ ...first.state, missing: false }] }))
    expect(itemsOf(v)[0]?.state.missing).toBe(false)
    expect(itemsOf(v)[1]?.state).toBe(kept)
  })

  it('carries counts, stage and safety into the row', () => {
    const v = view()
    const row = { ...v.progress.row, done: 3, stage: 'signing' as const, safety: 'at_hq' as const }
    applyDelta(v, delta(v, { progress: { ...v.progress, row } }))
    expect(v.row).toMatchObject({ done: 3, stage: 'signing', safety: 'at_hq' })
    expect(v.progress.row.done).toBe(3)
  })

  it('replaces fields by their name, officers and general evidence only when they are given', () => {
    const v = view()
    const officers = v.officers
    const [field] = v.fields
    if (!field) throw new Error('the form is empty')
    applyDelta(v, delta(v, { fields: [{ ...field, values: [] }] }))
    expect(v.fields[0]?.values).toEqual([])
    expect(v.fields).toHaveLength(view().fields.length)
    expect(v.officers).toBe(officers)
    applyDelta(v, delta(v, { officers: [] }))
    expect(v.officers).toEqual([])
  })

  it('of another inspection changes nothing', () => {
    const v = view()
    const before = JSON.stringify(v)
    applyDelta(v, delta(v, { inspection: 'i2', officers: [] }))
    expect(JSON.stringify(v)).toBe(before)
  })
})

describe('the next open item', () => {
  it('is the one after the current one, and wraps around to those left behind', () => {
    const v = view()
    const codes = itemsOf(v).map((i) => i.item.code)
    expect(nextOpen(v, null)).toBe(codes[0])
    expect(nextOpen(v, codes[0] ?? null)).toBe(codes[1])
    expect(nextOpen(v, codes[codes.length - 1] ?? null)).toBe(codes[0])
  })

  it('is none when nothing is missing', () => {
    const v = view()
    v.progress.missing = []
    expect(nextOpen(v, null)).toBeNull()
  })
})
