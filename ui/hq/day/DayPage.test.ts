import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, test } from 'vitest'
import { day } from '../dev/days'
import { calls, mountAt, useFakeHq } from '../dev/mounted'
import DayPage from './DayPage.vue'
import { away, isClosed, readAsk, sums } from './model'

beforeEach(useFakeHq)

test('each missing original is named with its phone, its firm and how much of it arrived', async () => {
  const page = await mountAt(DayPage, '/day', {})
  const rows = page.findAll('[data-testid="missing-file"]').map((row) => row.text().replace(/\s+/g, ' '))
  expect(rows).toHaveLength(4)
  expect(rows[0]).toContain('IMG_2041.jpg')
  expect(rows[0]).toContain('王思远 所里 2 号平板')
  expect(rows[0]).toContain('59 %')
  expect(rows[2]).toContain('王丽华 签名图')
  expect(rows[3]).toContain('总部曾收到，现已缺失')
  expect(page.get('[data-testid="day-sums"]').text()).toContain('还缺 4 个原件')
})

test('a phone is through only if HQ’s word covers all of it and nothing is missing or apart', async () => {
  const page = await mountAt(DayPage, '/day', {})
  const closed = page.findAll('[data-testid="day-phone"]').map((row) => row.attributes('data-closed'))
  expect(closed).toEqual(['true', 'false', 'false'])
  const [through] = day('').phones
  if (!through?.agreed) throw new Error('the fake has changed')
  expect(isClosed({ ...through, agreed: { ...through.agreed, since: 1 } })).toBe(false)
  expect(isClosed({ ...through, apart: [{ seq: 1, reason: 'feed.fork' }] })).toBe(false)
  expect(isClosed({ ...through, agreed: null })).toBe(false)
  expect(page.text()).toContain('第 561 条：超出格式限制')
})

test('the day and the unit stand in the address and are what HQ is asked', async () => {
  const page = await mountAt(DayPage, '/day?date=2026-11-20&unit=hangtou', {})
  expect(calls).toContain('GET /api/day?date=2026-11-20&unit=hangtou')
  await page.get('button[aria-label="后一天"]').trigger('click')
  await flushPromises()
  expect(calls).toContain('GET /api/day?date=2026-11-21&unit=hangtou')
  expect(readAsk({ date: 'soon', unit: ' x ' })).toEqual({ date: '', unit: 'x' })
  expect([away('2026-03-01', -1), away('2026-12-31', 1)]).toEqual(['2026-02-28', '2027-01-01'])
})

test('a day without phones says so, and missing bytes are those that have not arrived', async () => {
  const page = await mountAt(DayPage, '/day?date=2020-01-01', {})
  expect(page.text()).toContain('这一天没有手机活动')
  const { phones } = day('')
  const rest = phones.flatMap((p) => p.missing).reduce((sum, m) => sum + m.size - m.arrived, 0)
  expect(sums(phones)).toEqual({ phones: 3, closed: 1, missing: 4, bytes: rest, apart: 1 })
})
