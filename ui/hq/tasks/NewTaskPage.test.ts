import { flushPromises } from '@vue/test-utils'
import { beforeEach, expect, test } from 'vitest'
import { calls, mountAt, useFakeHq } from '../dev/mounted'
import NewTaskPage from './NewTaskPage.vue'

beforeEach(useFakeHq)

test('choosing firm and kind fills the lists, and they can still be switched', async () => {
  const page = await mountAt(NewTaskPage, '/tasks/new?firm=firm-0&kind=routine', {})
  expect(calls).toContain('GET /api/firms/firm-0/proposal?kind=routine')
  const ticked = (): string[] =>
    page
      .findAll<HTMLInputElement>('#task-lists input')
      .flatMap((i) => (i.element.checked ? [i.element.value] : []))
  expect(ticked()).toEqual(['COLD', 'SUP'])
  expect(page.get('#task-lists').text()).toContain('建议')
  await page
    .findAll('#task-lists input')
    .find((i) => (i.element as HTMLInputElement).value === 'SUP')
    ?.setValue(false)
  await page
    .findAll('#task-lists input')
    .find((i) => (i.element as HTMLInputElement).value === 'ACC')
    ?.setValue(true)
  await flushPromises()
  expect(ticked()).toEqual(['COLD', 'ACC'])
  expect(page.get('[data-testid="rule-mark"]').text()).toBe('待核实')
})

test('a re-opening inspection comes with its own proposal', async () => {
  const page = await mountAt(NewTaskPage, '/tasks/new?firm=firm-1&kind=reopening', {})
  expect(calls).toContain('GET /api/firms/firm-1/proposal?kind=reopening')
  expect(page.text()).toContain('责令停业中：沪浦市监责停〔2026〕3号')
})
