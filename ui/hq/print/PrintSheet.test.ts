import { beforeEach, expect, test } from 'vitest'
import { draft, sealed } from '../dev/inspections'
import { mountAt, useFakeHq } from '../dev/mounted'
import { record } from '../dev/rest'
import { allEvidence, allItems } from '../inspection/model'
import PrintSheet from './PrintSheet.vue'

beforeEach(useFakeHq)
const print = (detail: typeof sealed, text: typeof record | null) =>
  mountAt(PrintSheet, `/inspections/${detail.row.inspection}/print`, { detail, record: text })

test.each([
  ['a sealed inspection', sealed, record],
  ['a draft', draft, null],
])('%s prints every item', async (_, detail, text) => {
  const sheet = await print(detail, text)
  const printed = sheet.findAll('[data-item]').map((row) => row.attributes('data-item'))
  expect(printed).toEqual(allItems(detail).map((item) => item.item))
  expect(printed.length).toBeGreaterThan(10)
})

test('the signed text is printed byte for byte, with its hash', async () => {
  const sheet = await print(sealed, record)
  expect(sheet.get('.text').element.textContent).toBe(record.text)
  expect(sheet.text()).toContain(record.sha256)
  expect(sheet.text()).not.toContain('未签署的草稿')
})

test('every drawn signature is there as an image that names its hand', async () => {
  const sheet = await print(sealed, record)
  expect(sheet.findAll('.signatures img').map((i) => i.attributes('alt'))).toEqual([
    '王思远的手写签名',
    '陶然的手写签名',
  ])
})

test('every piece of evidence is listed with its whole hash, the withdrawn one too', async () => {
  const sheet = await print(sealed, record)
  for (const e of allEvidence(sealed)) expect(sheet.text()).toContain(e.sha256)
  expect(sheet.text()).toContain('已撤回：拍到无关人员')
})

test('a draft says that it is one, and a conflict prints both sides', async () => {
  const sheet = await print(draft, null)
  expect(sheet.text()).toContain('未签署的草稿')
  const row = sheet.get('[data-item="COLD-03"]').text()
  expect(row).toContain('符合（李明哲）')
  expect(row).toContain('不符合（王思远）')
})
