// Texts of lists and laws in the reader's language, beside the screens' own words.
import type { FirmRecord, Officer, Text } from '@bindings/field'
import { inLanguage } from '@shared/i18n'
import { useI18n } from 'vue-i18n'

export function useWords() {
  const { t, te, locale } = useI18n()
  const say = (text: Text | null | undefined): string =>
    text ? inLanguage(text, locale.value === 'en' ? 'en' : 'zh-CN') : ''
  const distance = (metres: number): string =>
    metres < 1000
      ? `${String(Math.round(metres / 10) * 10)} m`
      : `${(metres / 1000).toFixed(metres < 10_000 ? 1 : 0)} km`
  return { t, te, locale, say, distance }
}

export const shortName = (firm: FirmRecord): string => firm.short_name || firm.name

/** The name behind an account, where the officers of the inspection tell it. */
export function personOf(actor: string, officers: readonly Officer[]): string {
  return officers.find((o) => o.user === actor)?.name ?? actor
}
