import { expect, test } from 'vitest'
import zh from './zh-CN'

const sources = import.meta.glob<string>(
  [
    '../../../hq/src/{audit,reverify}.rs',
    '../../../hq/src/projections/entry.rs',
    '../../../core/src/event/mod.rs',
  ],
  { query: '?raw', import: 'default', eager: true },
)

function codes(ending: string, pattern: RegExp): string[] {
  const source = Object.entries(sources).find(([path]) => path.endsWith(ending))?.[1] ?? ''
  const found = [...source.matchAll(pattern)].map((m) => (m[1] ?? '').replaceAll('.', '_'))
  expect(found.length).toBeGreaterThan(0)
  return found
}

test('every fault a verification can name has words', () => {
  const faults = [
    ...codes('audit.rs', /fault\(\s*"([a-z_.]+)"/g),
    ...codes('audit.rs', /SealFault::\w+(?:\(_\))? => "([a-z_.]+)"/g),
    ...codes('reverify.rs', /fault\(\s*"([a-z_.]+)"/g),
  ]
  expect(faults.filter((code) => !(code in zh.verify.fault))).toEqual([])
})

test('every reason why an entry has no effect has words', () => {
  const reasons = codes('entry.rs', /pub const \w+: &str = "([a-z_.]+)"/g)
  expect(reasons.filter((code) => !(code in zh.timeline.why))).toEqual([])
})

test('every event has words', () => {
  const events = codes('event/mod.rs', /^ {4}"([a-z_.]+)" =>/gm)
  expect(events.filter((code) => !(code in zh.timeline.kind))).toEqual([])
})
