// Where a hit leads, and under which heading it stands.
import type { ItemView, SearchHit, SearchIn } from '@bindings/field'
import type { RouteLocationRaw } from 'vue-router'

export interface Group {
  within: SearchIn
  hits: SearchHit[]
}
const order: SearchIn[] = ['laws', 'items', 'findings', 'inspections']
export const kindOf: Record<SearchHit['target']['kind'], SearchIn> = {
  law: 'laws',
  article: 'laws',
  item: 'items',
  finding: 'findings',
  inspection: 'inspections',
}

/** By kind, each in the engine's order; the kind of the best hit comes first. */
export function grouped(hits: readonly SearchHit[]): Group[] {
  const first = hits[0] && kindOf[hits[0].target.kind]
  return [...order]
    .sort((a, b) => Number(b === first) - Number(a === first))
    .map((within) => ({ within, hits: hits.filter((hit) => kindOf[hit.target.kind] === within) }))
    .filter((group) => group.hits.length > 0)
}

/** The item of the running inspection that asks what `code` asks: itself, or the one that stands for it. */
export const askedAs = (items: readonly ItemView[], code: string): string | undefined =>
  items.find((i) => i.item.code === code || i.covers.includes(code))?.item.code

/** A page for every hit. `here` is the running inspection with its items, `back` the search itself. */
export function leadsTo(
  { target }: SearchHit,
  here: { id: string; items: readonly ItemView[] } | null,
  back: string,
): RouteLocationRaw {
  switch (target.kind) {
    case 'law':
      return { name: 'law', params: { law: target.law }, query: { back } }
    case 'article':
      return { name: 'law', params: { law: target.law }, query: { article: target.article, back } }
    case 'inspection':
      return { name: 'inspection', params: { id: target.inspection } }
    case 'item':
    case 'finding': {
      const code = here && askedAs(here.items, target.item)
      if (here && code) return { name: 'item', params: { id: here.id, code } }
      const finding = target.kind === 'finding' ? { finding: String(target.finding) } : {}
      return {
        name: 'list-item',
        params: { list: target.list, item: target.item },
        query: { back, ...finding },
      }
    }
  }
}
