import { expect, test } from 'vitest'
import { createRouter, createMemoryHistory } from 'vue-router'
import { noFilters, readFilters, writeFilters, type Filters } from './filters'

async function throughTheAddressBar(filters: Filters): Promise<Filters> {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/', component: { template: '' } }],
  })
  await router.push({ path: '/', query: writeFilters(filters) })
  return readFilters(router.resolve(router.currentRoute.value.fullPath).query)
}

test.each<[string, Filters]>([
  ['nothing', noFilters],
  [
    'one of each',
    {
      unit: 'hangtou',
      state: 'sealed',
      conclusion: 'rectify',
      serious: 'true',
      from: '2026-10-01',
      to: '2026-11-30',
      text: '澄江',
    },
  ],
  ['what an address would take for its own', { ...noFilters, text: 'a&b=c #1 + 50%' }],
  ['a conclusion of a rule of one’s own', { ...noFilters, conclusion: 'warn-2' }],
])('%s goes through the address bar and comes back', async (_, filters) => {
  expect(await throughTheAddressBar(filters)).toEqual(filters)
})

test('only what is set stands in the address', () => {
  expect(writeFilters({ ...noFilters, state: 'draft' })).toEqual({ state: 'draft' })
})

test('nonsense in an address is no filter', () => {
  expect(
    readFilters({ state: 'lost', serious: 'yes', from: 'yesterday', to: '2026-13-45', text: ['a', 'b'] }),
  ).toEqual({
    ...noFilters,
    text: 'a',
  })
})
