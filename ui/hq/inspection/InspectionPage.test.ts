import { flushPromises } from '@vue/test-utils'
import { beforeEach, describe, expect, test } from 'vitest'
import { draft, sealed } from '../dev/inspections'
import { mountAt, useFakeHq } from '../dev/mounted'
import InspectionPage from './InspectionPage.vue'
import ItemsTab from './ItemsTab.vue'

beforeEach(useFakeHq)
const id = draft.row.inspection

describe('an item in conflict', () => {
  test('shows both results, who said them and when', async () => {
    const page = await mountAt(ItemsTab, `/inspections/${id}`, { detail: draft })
    const sides = page.get('#COLD-03').findAll('[role="group"]')
    expect(sides).toHaveLength(2)
    expect(sides[0]?.text()).toContain('符合')
    expect(sides[0]?.text()).toContain('李明哲')
    expect(sides[0]?.text()).toContain('2026-11-20 14:11')
    expect(sides[1]?.text()).toContain('不符合')
    expect(sides[1]?.text()).toContain('王思远')
  })

  test('puts the evidence of each author on that side', async () => {
    const page = await mountAt(ItemsTab, `/inspections/${id}`, { detail: draft })
    const sides = page.get('#COLD-03').findAll('[role="group"]')
    expect(sides[0]?.findAll('.thumb')).toHaveLength(1)
    expect(sides[0]?.text()).toContain('6.3 ℃')
    expect(sides[1]?.findAll('.thumb')).toHaveLength(2)
    expect(sides[1]?.text()).toContain('9.8 ℃')
    expect(page.get('#COLD-03').findAll('.thumb')).toHaveLength(3)
  })

  test('claims no single result, and both notes stand', async () => {
    const page = await mountAt(ItemsTab, `/inspections/${id}`, { detail: draft })
    const item = page.get('#COLD-03')
    expect(item.get('.verdict').text()).toBe('冲突')
    expect(item.text()).toContain('现场读数 6.3 ℃，与记录一致。')
    expect(item.text()).toContain('库门内侧第二层货架读数 9.8 ℃')
  })
})

test('the filter in the address shows only items of its kind', async () => {
  const page = await mountAt(ItemsTab, `/inspections/${id}?show=conflict`, { detail: draft })
  expect(page.findAll('article').map((a) => a.attributes('id'))).toEqual(['COLD-03'])
})

test('a settled item shows its one result and no sides', async () => {
  const page = await mountAt(ItemsTab, `/inspections/${sealed.row.inspection}`, { detail: sealed })
  const item = page.get('#COLD-03')
  expect(item.get('.verdict').text()).toContain('不符合')
  expect(item.findAll('[role="group"]')).toHaveLength(0)
})

test('verify now names what is wrong', async () => {
  const page = await mountAt(InspectionPage, `/inspections/${id}`, { id })
  const button = page.findAll('button').find((b) => b.text() === '立即核验')
  await button?.trigger('click')
  await flushPromises()
  expect(page.text()).toContain('发现 2 处问题')
  expect(page.text()).toContain('原件的字节被改动')
  expect(page.text()).toContain('IMG_20261120_140304.jpg')
})

test('an inspection that is not there says so with its code', async () => {
  const page = await mountAt(InspectionPage, '/inspections/none', { id: 'none' })
  const alert = page.get('[role="alert"]')
  expect(alert.text()).toContain('没有这次检查')
  expect(alert.text()).toContain('inspection.unknown')
})

test('a serious item prompts a referral with the place of the law, and says what is not verified', async () => {
  const page = await mountAt(InspectionPage, `/inspections/${sealed.row.inspection}`, {
    id: sealed.row.inspection,
  })
  const prompt = page.get('[data-testid="referrals"]')
  expect(prompt.text()).toContain('建议立案/移送，由负责人决定')
  expect(prompt.text()).toContain('罚则 T739§88（三）')
  expect(prompt.text()).toContain('待核实')
  expect(page.get('[data-testid="rule-mark"]').text()).toBe('待核实')
})

test('without serious items nothing is prompted', async () => {
  const page = await mountAt(InspectionPage, `/inspections/${id}`, { id })
  expect(page.find('[data-testid="referrals"]').exists()).toBe(false)
})
