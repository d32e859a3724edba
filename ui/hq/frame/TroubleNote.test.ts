import { afterEach, beforeEach, expect, test } from 'vitest'
import { mountAt, useFakeHq } from '../dev/mounted'
import { status } from '../dev/rest'
import TroubleNote from './TroubleNote.vue'

beforeEach(useFakeHq)
afterEach(() => {
  status.troubles = []
})

test('nothing is said when all is well', async () => {
  const note = await mountAt(TroubleNote, '/inspections', {})
  expect(note.text()).toBe('')
})

test('each trouble is said, with what it means and what follows', async () => {
  status.troubles = [
    { kind: 'full' },
    { kind: 'lost', objects: 3 },
    {
      kind: 'check',
      made: '2026-11-22T02:10:00.000Z',
      faults: 7,
      first: ['IMG.jpg: not here (blob.missing)'],
    },
    { kind: 'restored', made: '2026-11-20T02:10:00.000Z', log_index: 48_000 },
    { kind: 'behind', noticed: '2026-11-22T02:10:00.000Z', was: 48_211, is: 48_190 },
  ]
  const note = await mountAt(TroubleNote, '/inspections', {})
  expect(note.attributes('role') ?? note.find('section').attributes('role')).toBe('alert')
  const said = (kind: string): string => note.find(`[data-trouble="${kind}"]`).text()
  expect(said('full')).toContain('填写的记录照常接收')
  expect(said('lost')).toContain('3 份原件')
  expect(said('check')).toContain('7 处')
  expect(said('check')).toContain('IMG.jpg: not here')
  expect(said('check')).toContain('还有 6 处')
  expect(said('restored')).toContain('48,000')
  expect(said('behind')).toContain('48,190')
  expect(note.text()).not.toMatch(/\{\w+\}|trouble\./)
})
