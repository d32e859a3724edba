import { describe, expect, it } from 'vitest'
import shared from '@shared/words/zh-CN'
import en from '../words/en'
import { failures, failureWords, fill } from '../words/failures'
import { notices, noticeWords } from '../words/notices'
import zh from '../words/zh-CN'

const texts: Record<string, string> = import.meta.glob('../**/*.{vue,ts}', {
  query: '?raw',
  import: 'default',
  eager: true,
})
const sources = Object.keys(texts)
  .map((path) => path.replace(/^\.\.\//, ''))
  .filter((f) => !/^(dev|test|\.)/.test(f))
const read = (file: string): string => texts[`../${file}`] ?? ''

function keys(table: object, before = ''): string[] {
  return Object.entries(table).flatMap(([k, v]) =>
    typeof v === 'string' ? [`${before}${k}`] : keys(v as object, `${before}${k}.`),
  )
}
const holes = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()
const at = (table: object, key: string): string =>
  key.split('.').reduce<unknown>((t, k) => (t as Record<string, unknown>)[k], table) as string

describe('the words of the screens', () => {
  it('have every key that a page asks for', () => {
    const known = new Set([...keys(zh), ...keys(shared)])
    const asked = sources.flatMap((f) => [...read(f).matchAll(/\bt\(\s*'([\w.]+)'/g)].map((m) => m[1] ?? ''))
    expect(asked.length).toBeGreaterThan(200)
    expect([...new Set(asked)].filter((k) => !known.has(k))).toEqual([])
  })

  it('have a table for every family of keys that a page builds', () => {
    const known = [...keys(zh), ...keys(shared)]
    const asked = sources.flatMap((f) => [...read(f).matchAll(/\bt\(\s*`([\w.]+)\./g)].map((m) => m[1] ?? ''))
    expect([...new Set(asked)].filter((k) => !known.some((key) => key.startsWith(`${k}.`)))).toEqual([])
  })

  it('say the same things with the same values in both languages', () => {
    for (const key of keys(zh)) expect([key, holes(at(en, key))]).toEqual([key, holes(at(zh, key))])
  })

  it('claim 已存证 nowhere: nothing can prove it yet', () => {
    for (const file of sources) expect([file, read(file).includes('已存证')]).toEqual([file, false])
  })
})

describe('failures and notices', () => {
  it('are said in Chinese and in English, with the same values', () => {
    for (const [code, said] of [...Object.entries(failures), ...Object.entries(notices)]) {
      expect([code, /[\u4e00-\u9fff]/.test(said.zh)]).toEqual([code, true])
      expect([code, /[a-z]/.test(said.en) && !/[\u4e00-\u9fff]/.test(said.en)]).toEqual([code, true])
      expect([code, holes(said.en)]).toEqual([code, holes(said.zh)])
    }
  })

  it('that nobody has put into words still get a sentence', () => {
    const unknown = { code: 'moon.full', retry: 'never' as const, params: {} }
    expect(failureWords(unknown, 'zh-CN')).toContain('请再试一次')
    expect(failureWords(unknown, 'en')).toContain('administrator')
    expect(noticeWords({ code: 'moon.full', params: {} }, 'en')).toContain('moon.full')
  })

  it('leave no hole open when a value is missing', () => {
    expect(fill('有 {n} 个文件', {})).toBe('有  个文件')
  })
})

/** Of the engine's source every code that is written where a failure is made; what HQ's programs say to a console is not ours. */
const engine: Record<string, string> = import.meta.glob('../../../{device,src-tauri}/src/**/*.rs', {
  query: '?raw',
  import: 'default',
  eager: true,
})

describe('the engine', () => {
  it('fails in no way that the screens have no words for', () => {
    const made = Object.values(engine).flatMap((text) => [
      // Tests stand at the end of a file and may invent codes.
      ...(text.split('#[cfg(test)]')[0] ?? '').matchAll(
        /Failure::(?:never|later|after_action)\(\s*"([a-z_.]+)"/g,
      ),
    ])
    const codes = [...new Set(made.map((m) => m[1] ?? ''))]
    expect(codes.length).toBeGreaterThan(60)
    expect(codes.filter((code) => !(code in failures))).toEqual([])
  })
})

describe('the source', () => {
  it('keeps nothing in the browser', () => {
    const storage = /localStorage|sessionStorage|indexedDB|document\.cookie|caches\.open/i
    for (const file of sources) expect([file, storage.test(read(file))]).toEqual([file, false])
  })

  it('imports the shell in one file only', () => {
    expect(sources.filter((f) => read(f).includes("from '@tauri-apps"))).toEqual(['host.tauri.ts'])
  })

  it('ships nothing of the workbench', () => {
    expect(sources.filter((f) => /from '[./]*\/dev\//.test(read(f)))).toEqual([])
  })
})
