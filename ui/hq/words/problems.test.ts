import { expect, test } from 'vitest'
import { Problem } from '../api/problem'
import { problemText, problemWords } from './problems'

// The rooms of HQ that the dashboard's API stands on. The phones' protocol (sync/) and the command line have readers of
// their own.
const sources = import.meta.glob<string>(
  [
    '../../../hq/src/{api,auth,projections}/**/*.rs',
    '../../../hq/src/{hq,http,ingest,objects,random,refusal}.rs',
    '../../../hq/src/packs/mod.rs',
    '../../../core/src/reopening.rs',
  ],
  { query: '?raw', import: 'default', eager: true },
)

const constructors = /(?:Refusal|Failure)::\w+\(\s*(?:(?:http::)?StatusCode::\w+,\s*)?"([a-z_]+\.[a-z_.]+)"/g
/** A step the gate refuses (`Self::… => "firm.…"`). */
const forbidden = /=> "((?:firm|reopening)\.[a-z_]+)"/g
const named = /named\([^"]*?"([a-z_]+\.[a-z_.]+)"\)/g

function codesOf(source: string): string[] {
  const code = source.split('#[cfg(test)]')[0] ?? ''
  return [constructors, named, forbidden].flatMap((pattern) =>
    [...code.matchAll(pattern)].map((m) => m[1] ?? ''),
  )
}

// `data.…` stops the program before it answers anybody, `lists.…` is met while publishing: the command line has the words.
const codes = [...new Set(Object.values(sources).flatMap(codesOf))]
  .filter((c) => !/^(data|lists)\./.test(c))
  .sort()

test('the codes are found in the source of HQ', () => {
  expect(codes).toEqual(
    expect.arrayContaining([
      'sign_in.wrong',
      'role.refused',
      'task.unknown',
      'hq.database',
      'reopening.not_passed',
    ]),
  )
})

test('every code HQ answers has words in both languages', () => {
  expect(codes.filter((code) => !(code in problemWords))).toEqual([])
  for (const [zh, en] of Object.values(problemWords)) {
    expect(zh).toMatch(/\p{Script=Han}/u)
    expect(en).not.toMatch(/\p{Script=Han}/u)
  }
})

test('both languages use the same parameters', () => {
  const params = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort()
  for (const [zh, en] of Object.values(problemWords)) expect(params(en)).toEqual(params(zh))
})

test('parameters are put into the sentence', () => {
  const problem = new Problem('password.short', 422, 'after_action', { least: '10' })
  expect(problemText(problem, 'zh-CN')).toBe('密码太短，至少 10 个字符')
  expect(problemText(problem, 'en')).toBe('The password is too short: at least 10 characters')
})

test('a code without words shows itself', () => {
  const problem = new Problem('brand.new', 400, 'never')
  expect(problemText(problem, 'zh-CN')).toBe('出了问题（brand.new）')
  expect(problemText(problem, 'en')).toBe('Something went wrong (brand.new)')
})
