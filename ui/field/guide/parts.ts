// The guide as the pages show it. Its words are the two JSON files: a bureau can put its own in their place.
import en from './en.json'
import zh from './zh-CN.json'

export interface GuidePart {
  id: string
  title: string
  /** Belongs to this way of looking (看查问抽量系拍扫). */
  method?: string
  drawing?: string
  points: string[]
  pairs?: { drawing: string; good: string; bad: string }[]
  wording?: { good: string; bad: string }[]
  after?: string[]
}

export const guideIn = (locale: string): GuidePart[] => (locale === 'en' ? en : zh).parts

/** What helps with an item: its ways of looking, then pictures and wording, which every finding needs. */
export function guideFor(locale: string, methods: readonly string[]): GuidePart[] {
  const parts = guideIn(locale)
  const own = parts.filter((p) => p.method !== undefined && methods.includes(p.method))
  return [...own, ...parts.filter((p) => p.id === 'picture' || p.id === 'wording')]
}
