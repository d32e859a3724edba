import { expect, test } from 'vitest'
import { isAccount, isPassword } from './rules'
import { asTree } from './tree'

const unit = (id: string, parent: string | null) => ({ unit: id, name: id, parent })
const shape = (units: ReturnType<typeof unit>[]): string[] =>
  asTree(units).map((b) => `${String(b.depth)} ${b.unit}`)

test('a unit stands below the unit above it, whatever the order they came in', () => {
  expect(shape([unit('b', 'a'), unit('c', 'b'), unit('a', null)])).toEqual(['0 a', '1 b', '2 c'])
})

test('a unit whose parent is not in sight, or that goes in a circle, is shown all the same', () => {
  expect(shape([unit('x', 'gone'), unit('p', 'q'), unit('q', 'p')])).toEqual(['0 x', '0 p', '1 q'])
})

test('an account is what HQ takes for one', () => {
  expect(['li.insp', 'A-1_b', 'x'.repeat(64)].every(isAccount)).toBe(true)
  expect(['', '.li', '李', 'a b', 'x'.repeat(65)].some(isAccount)).toBe(false)
})

test('a password has ten characters as people count them', () => {
  expect(isPassword('冷'.repeat(10))).toBe(true)
  expect(isPassword('🧊'.repeat(5))).toBe(false)
})
