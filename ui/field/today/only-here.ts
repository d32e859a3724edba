// What HQ does not have, in the words a person counts in: short for the strip, long for a sentence.
import type { OnlyHere } from '@bindings/field'

type Say = (key: string, named: Record<string, unknown>, plural: number) => string

function said(only: OnlyHere, table: string, t: Say): string[] {
  const kinds = ['inspections', 'photos', 'files'] as const
  const parts = kinds
    .filter((kind) => only[kind] > 0)
    .map((kind) => t(`${table}.${kind}`, { n: only[kind] }, only[kind]))
  return parts.length > 0 ? parts : [t(`${table}.entries`, { n: only.entries }, only.entries)]
}

/** `2 检查 · 31 照片` */
export const onlyHereWords = (only: OnlyHere, t: Say): string => said(only, 'onlyHere', t).join(' · ')

/** `2 次检查、31 张照片` */
export const onlyHereLong = (only: OnlyHere, t: Say): string =>
  said(only, 'onlyHereLong', t).join(t('onlyHereLong.and', {}, 1))
