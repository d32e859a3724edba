import { describe, expect, test } from 'vitest'
import css from './tokens.css?raw'

type Palette = Map<string, string>

function block(selector: string): Palette {
  const start = css.indexOf(`${selector} {`)
  const body = css.slice(start, css.indexOf('\n}', start))
  return new Map([...body.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((m) => [m[1] ?? '', m[2] ?? '']))
}

function luminance(hex: string): number {
  const channel = (at: number): number => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

/** WCAG 2.2, 1.4.3. */
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

const light = block(':root')
const themes: [string, Palette][] = [
  ['light', light],
  ['dark', new Map([...light, ...block(":root[data-theme='dark']")])],
  ['sun', new Map([...light, ...block(":root[data-theme='sun']")])],
]
const results = ['conforms', 'non-conforming', 'corrected', 'not-applicable']
const grounds = ['paper', 'surface']

describe.each(themes)('%s', (theme, palette) => {
  const colour = (name: string): string => {
    const value = palette.get(name)
    if (!value) throw new Error(`no --${name}`)
    return value
  }
  const all = theme === 'sun' ? 7 : 4.5

  test.each(grounds.flatMap((g) => ['ink', 'ink-2', 'ink-3', 'teal'].map((f) => [f, g])))(
    '%s is read on %s',
    (fore, ground) => {
      expect(contrast(colour(fore), colour(ground))).toBeGreaterThanOrEqual(all)
    },
  )
  test.each(results.flatMap((r) => [...grounds, `${r}-wash`].map((g) => [r, g])))(
    'the words of %s reach 7:1 on %s',
    (result, ground) => {
      expect(contrast(colour(`${result}-text`), colour(ground))).toBeGreaterThanOrEqual(7)
    },
  )
  test.each(results)('the mark of %s is seen, and its filled button is read', (result) => {
    expect(contrast(colour(result), colour('surface'))).toBeGreaterThanOrEqual(all)
    expect(contrast(colour(`on-${result}`), colour(result))).toBeGreaterThanOrEqual(all)
  })
  test('the primary action is read, at rest and under the pointer', () => {
    expect(contrast(colour('on-teal'), colour('teal'))).toBeGreaterThanOrEqual(all)
    expect(contrast(colour('on-teal'), colour('teal-hover'))).toBeGreaterThanOrEqual(all)
    expect(contrast(colour('ink'), colour('teal-wash'))).toBeGreaterThanOrEqual(7)
  })
  test('the edge of a control stands out from its ground', () => {
    expect(contrast(colour('edge'), colour('surface'))).toBeGreaterThanOrEqual(3)
    expect(contrast(colour('focus'), colour('paper'))).toBeGreaterThanOrEqual(3)
  })
})
