import { expect, test } from 'vitest'
import { fitScale, nextScale, zoomAt } from './zoom'

test('a large picture is fitted, a small one is never blown up', () => {
  expect(fitScale(1000, 800, 4000, 3000)).toBe(0.25)
  expect(fitScale(1000, 800, 300, 200)).toBe(1)
})

test('the point under the pointer stays where it is', () => {
  const view = { scale: 0.5, x: 40, y: 10 }
  const at = { x: 300, y: 200 }
  const zoomed = zoomAt(view, 2, at)
  const pixel = (v: typeof view): number[] => [(at.x - v.x) / v.scale, (at.y - v.y) / v.scale]
  expect(pixel(zoomed)).toEqual(pixel(view))
})

test('zoom stops at both ends', () => {
  let large = 1
  let small = 1
  for (let n = 0; n < 50; n += 1) {
    large = nextScale(large, 0.2, 1)
    small = nextScale(small, 0.2, -1)
  }
  expect([large, small]).toEqual([8, 0.1])
})
