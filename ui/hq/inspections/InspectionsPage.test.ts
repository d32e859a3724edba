import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, test } from 'vitest'
import { calls, mountAt, useFakeHq } from '../dev/mounted'
import InspectionsPage from './InspectionsPage.vue'

beforeEach(useFakeHq)

test('the filters of the address are what HQ is asked', async () => {
  await mountAt(InspectionsPage, '/inspections?state=draft&text=澄江', {})
  expect(calls).toContain(`GET /api/inspections?state=draft&text=${encodeURIComponent('澄江')}`)
})

test('the next page is asked by its key and added below', async () => {
  const page = await mountAt(InspectionsPage, '/inspections', {})
  expect(page.findAll('tbody tr')).toHaveLength(50)
  await page
    .findAll('button')
    .find((b) => b.text().includes('再显示'))
    ?.trigger('click')
  await flushPromises()
  expect(calls).toContain('GET /api/inspections?after=50')
  expect(page.findAll('tbody tr')).toHaveLength(60)
})

test('j and k walk over the rows, and typing in a field is left alone', async () => {
  const page = await mountAt(InspectionsPage, '/inspections', {})
  const press = (key: string): boolean =>
    (document.activeElement ?? document.body).dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }),
    )
  const links = page.findAll('[data-row-link]')
  press('j')
  press('j')
  expect(document.activeElement).toBe(links[1]?.element)
  press('k')
  expect(document.activeElement).toBe(links[0]?.element)
  press('/')
  expect(document.activeElement?.id).toBe('search')
  press('j')
  expect(document.activeElement?.id).toBe('search')
})

test('a filter that finds nothing says so and offers the way out', async () => {
  const page = await mountAt(InspectionsPage, '/inspections?text=nothing-like-it', {})
  expect(page.text()).toContain('没有符合条件的检查')
  expect(page.text()).toContain('清除筛选')
})

test('only inspections with serious items are asked for and marked', async () => {
  const page = await mountAt(InspectionsPage, '/inspections?serious=true', {})
  expect(calls).toContain('GET /api/inspections?serious=true')
  const rows = page.findAll('tbody tr')
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.every((row) => row.text().includes('严重 1'))).toBe(true)
})
