// What is said at the door, and the sentence that goes into the record. The record is Chinese whatever the screens speak.
import en from './en.json'
import zh from './zh-CN.json'

export interface Known {
  bureau: string
  /** Who received the officers; empty while nobody has given a name. */
  who: string
  certificates: string
}

/** `{who}` and its like; a name that is not known leaves no gap behind it. */
export const fill = (sentence: string, known: Known): string =>
  sentence.replace(/\{(bureau|who|certificates)\}/g, (_, key: keyof Known) => known[key])

export const rightsIn = (locale: 'zh-CN' | 'en'): string[] => (locale === 'en' ? en : zh).door.rights

export const spoken = (step: 'certificates' | 'rights' | 'recusal', known: Known): string =>
  fill(zh.door.record[step], known)
