// Every code HQ's API answers, in words. One table, so that a code without words shows itself (problems.test.ts reads the
// codes out of HQ's source). `{name}` stands for a parameter of the problem.
import type { Locale } from '@shared/i18n'
import type { Problem } from '../api/problem'

type Words = Record<Locale, string>

export const problemWords: Record<string, Words> = {
  'hq.unreachable': {
    'zh-CN': '连不上总部，请检查网络后再试',
    en: 'HQ cannot be reached. Check the network and try again',
  },
  'http.unexpected': {
    'zh-CN': '总部的回答看不懂（HTTP {status}），请稍后再试',
    en: 'HQ gave an answer this page does not understand (HTTP {status}). Try again later',
  },
  'page.fault': {
    'zh-CN': '页面出错：{detail}',
    en: 'The page failed: {detail}',
  },
}

/** The words for a problem; a code nobody put into words shows itself. */
export function problemText(problem: Problem, locale: Locale): string {
  const words = problemWords[problem.code]
  if (!words)
    return locale === 'en' ? `Something went wrong (${problem.code})` : `出了问题（${problem.code}）`
  return words[locale].replace(/\{(\w+)\}/g, (whole, name: string) => problem.params[name] ?? whole)
}
