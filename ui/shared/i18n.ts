// zh-CN first. English has the same keys or does not compile.
import { createI18n } from 'vue-i18n'
import en from './words/en'
import zh from './words/zh-CN'

export const locales = ['zh-CN', 'en'] as const
export type Locale = (typeof locales)[number]

/** The shape of a table of words, whatever the words. */
export type SameKeys<T> = { [K in keyof T]: T[K] extends string ? string : SameKeys<T[K]> }

export function makeI18n<W extends object>(own: { 'zh-CN': W; en: SameKeys<W> }, locale: Locale) {
  return createI18n({
    legacy: false,
    locale,
    fallbackLocale: 'zh-CN',
    messages: {
      'zh-CN': { ...zh, ...own['zh-CN'] },
      en: { ...en, ...own.en },
    },
  })
}

/** What the screen reader and the line breaker need to know. */
export function applyLocale(locale: Locale): void {
  document.documentElement.lang = locale
}

/** A text of a checklist in the reader's language: `zh-Hans` always exists, other tags may. */
export function inLanguage(text: Readonly<Record<string, string | undefined>>, locale: Locale): string {
  const chinese = text['zh-Hans'] ?? ''
  return locale === 'en' ? (text['en'] ?? chinese) : chinese
}
