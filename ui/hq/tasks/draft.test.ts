import { expect, test } from 'vitest'
import { emptyDraft, missing, refill, toCreate } from './draft'
import { isOverdue } from './overdue'

const whole = {
  ...emptyDraft('hangtou'),
  title: ' 冷链专项 ',
  firm: 'f1',
  assignees: ['li.insp'],
  lists: ['COLD'],
  rule: 'routine',
}

test('an empty draft names everything HQ will not do without', () => {
  expect(missing(emptyDraft(''))).toEqual(['title', 'firm', 'unit', 'assignees', 'lists', 'rule'])
  expect(missing({ ...whole, title: '   ' })).toEqual(['title'])
  expect(missing(whole)).toEqual([])
})

test('what is sent is trimmed, and no day is no due', () => {
  expect(toCreate(whole)).toMatchObject({ title: '冷链专项', due: null })
  expect(toCreate({ ...whole, due: '2026-12-01' }).due).toBe('2026-12-01')
})

test('a task is overdue from the day after, while it is still to be done', () => {
  expect(isOverdue({ due: '2026-11-20', state: 'open' }, '2026-11-20')).toBe(false)
  expect(isOverdue({ due: '2026-11-20', state: 'started' }, '2026-11-21')).toBe(true)
  expect(isOverdue({ due: '2026-11-20', state: 'sealed' }, '2026-11-21')).toBe(false)
  expect(isOverdue({ due: null, state: 'open' }, '2026-11-21')).toBe(false)
})

test('a new proposal keeps what a person switched on, off and chose', () => {
  const nothing = { lists: [], rule: '' }
  const first = { lists: ['COLD', 'SUP'], rule: 'routine' }
  expect(refill(nothing, nothing, first)).toEqual(first)
  const chosen = { lists: ['COLD', 'ACC'], rule: 'routine' }
  const second = { lists: ['COLD', 'SUP', 'LIC'], rule: 'licence-verification' }
  expect(refill(chosen, first, second)).toEqual({
    lists: ['COLD', 'LIC', 'ACC'],
    rule: 'licence-verification',
  })
  expect(refill({ ...chosen, rule: 'own' }, first, second).rule).toBe('own')
  expect(refill(first, first, { lists: ['REOP'], rule: 'routine' }).lists).toEqual(['REOP'])
})
