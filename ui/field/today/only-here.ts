// "2 检查 · 31 照片": what HQ does not have, in the words a person counts in.
import type { OnlyHere } from '@bindings/field'

export function onlyHereWords(
  only: OnlyHere,
  t: (key: string, named: Record<string, unknown>) => string,
): string {
  const parts: [string, number][] = [
    ['inspections', only.inspections],
    ['photos', only.photos],
    ['files', only.files],
  ]
  const said = parts.filter(([, n]) => n > 0).map(([kind, n]) => t(`onlyHere.${kind}`, { n }))
  return said.length > 0 ? said.join(' · ') : t('onlyHere.entries', { n: only.entries })
}
