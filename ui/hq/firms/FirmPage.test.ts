import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, test } from 'vitest'
import { calls, mountAt, useFakeHq } from '../dev/mounted'
import { useMe } from '../session/me'
import FirmPage from './FirmPage.vue'
import FirmsPage from './FirmsPage.vue'
import { marks } from './steps'

beforeEach(useFakeHq)

async function firm(id: string, role: 'admin' | 'inspector' = 'admin') {
  const page = await mountAt(FirmPage, `/firms/${id}`, { id })
  const session = useMe()
  await session.ask()
  if (session.me) session.me.role = role
  await flushPromises()
  return page
}
const acts = ['登记责令停业', '安排恢复经营核查', '准予恢复经营']

test.each([
  ['firm-0', '正常经营', [], '登记责令停业'],
  [
    'firm-1',
    '责令停业中',
    ['停业之后开始的恢复经营核查', '法定代表人的合规承诺（REOP-03 记为“符合”）'],
    '安排恢复经营核查',
  ],
  ['firm-3', '核查合格，待承诺', ['法定代表人的合规承诺（REOP-03 记为“符合”）'], null],
  ['firm-4', '已承诺，待恢复', [], '准予恢复经营'],
])('%s says %s, what is missing and the one act that is allowed', async (id, state, missing, act) => {
  const page = await firm(id)
  expect(page.get('[data-testid="state"]').text()).toBe(state)
  expect(page.findAll('[data-testid="missing"] li').map((li) => li.text())).toEqual(missing)
  const panel = page.get('[data-testid="standing"]')
  const offered = panel.findAll('button, a.el-button').map((b) => b.text())
  expect(offered.filter((words) => acts.includes(words))).toEqual(act ? [act] : [])
})

test('an inspector sees where the firm stands and is offered no act', async () => {
  const page = await firm('firm-4', 'inspector')
  expect(page.get('[data-testid="state"]').text()).toBe('已承诺，待恢复')
  expect(page.get('[data-testid="standing"]').findAll('button')).toHaveLength(0)
})

test('the inspection that is due is planned for this firm and this kind', async () => {
  const page = await firm('firm-1')
  const link = page.findAll('a').find((a) => a.text() === '安排恢复经营核查')
  expect(link?.attributes('href')).toBe('/tasks/new?firm=firm-1&kind=reopening')
})

test('a refused act says why, and the page asks what is so now', async () => {
  // Somebody else stopped this firm since the page was read.
  const page = await firm('firm-5')
  const asked = (): number => calls.filter((c) => c === 'GET /api/firms/firm-5').length
  const before = asked()
  await page
    .findAll('button')
    .find((b) => b.text() === '登记责令停业')
    ?.trigger('click')
  await flushPromises()
  const field = (id: string): HTMLInputElement => document.getElementById(id) as HTMLInputElement
  for (const [id, value] of [
    ['suspend-order', '3号'],
    ['suspend-reason', '冷库失控'],
    ['suspend-since', '2026-11-10'],
  ] as const) {
    field(id).value = value
    field(id).dispatchEvent(new Event('input'))
    field(id).dispatchEvent(new Event('change'))
  }
  await flushPromises()
  document.getElementById('suspend-form')?.dispatchEvent(new Event('submit', { cancelable: true }))
  await flushPromises()
  expect(document.body.textContent).toContain('这家企业已经登记为责令停业')
  expect(asked()).toBeGreaterThan(before)
})

test('the list of firms marks those that are ordered to stop', async () => {
  const page = await mountAt(FirmsPage, '/firms', {})
  const rows = page.findAll('tbody tr').map((row) => row.text())
  expect(rows.filter((row) => row.includes('责令停业中'))).toHaveLength(3)
})

test('the way back is walked in order', () => {
  expect(marks('inspected').map((m) => m.mark)).toEqual(['done', 'now', 'ahead', 'ahead'])
  expect(marks('reopened').map((m) => m.mark)).toEqual(['done', 'done', 'done', 'done'])
})
