// What the paper engine knows of laws and numbers, and how it searches: real texts, real answers, no real index.
import type { Checked, SearchHit, SearchIn, SearchSpan, SearchView } from '@bindings/field'
import { Refused, type Args, type Reply } from '../host'
import { listTitles } from './begin'
import { lawData, listData } from './data'
import numbers from './numbers.json'

/** Given by core/src/identifiers on 2026-11-21; any other text is like no number. */
export const numberData = numbers as unknown as Record<string, Checked>

const marks = (text: string, words: string[]): SearchSpan[] =>
  words
    .map((word) => ({ start: text.indexOf(word), len: word.length }))
    .filter((span) => span.start >= 0)
    .sort((a, b) => a.start - b.start)

interface Found {
  within: SearchIn
  hit: SearchHit
  text: string
}
const everything: Found[] = [
  ...lawData.flatMap((law): Found[] => {
    const base = {
      title_marks: [],
      place: null,
      snippet_language: 'zh-Hans',
      snippet_marks: [],
      superseded: law.status === 'superseded',
      replaced_by: law.replaced_by?.law ?? null,
    }
    const whole: SearchHit = {
      ...base,
      target: { kind: 'law', law: law.code },
      code: law.code,
      title: law.title,
      snippet: law.note?.['zh-Hans'] ?? '',
      mark: law.number_mark,
    }
    const articles = law.articles.map((a): SearchHit => ({
      ...base,
      target: { kind: 'article', law: law.code, article: a.article },
      code: `${law.code} ${a.article}`,
      title: { 'zh-Hans': `${law.title['zh-Hans']} ${a.heading}` },
      snippet: a.text?.['zh-Hans'] ?? '',
      mark: a.mark,
    }))
    return [whole, ...articles].map((hit) => ({
      within: 'laws',
      hit,
      text: `${hit.code} ${hit.title['zh-Hans']} ${hit.snippet}`,
    }))
  }),
  ...listData.flatMap((list) =>
    list.sections.flatMap((section) =>
      section.items.flatMap((item): Found[] => {
        const base = {
          code: item.code,
          title: item.text,
          title_marks: [],
          place: list.title,
          snippet_language: 'zh-Hans',
          snippet_marks: [],
          superseded: false,
          replaced_by: null,
        }
        const asked: SearchHit = {
          ...base,
          target: { kind: 'item', list: list.code, item: item.code },
          snippet: item.how['zh-Hans'],
          mark: item.key.mark,
        }
        const typical = item.findings.map((f, finding): SearchHit => ({
          ...base,
          target: { kind: 'finding', list: list.code, item: item.code, finding },
          snippet: f.text['zh-Hans'],
          mark: f.mark,
        }))
        return [
          { within: 'items', hit: asked, text: `${item.code} ${item.text['zh-Hans']} ${asked.snippet}` },
          ...typical.map((hit): Found => ({ within: 'findings', hit, text: hit.snippet })),
        ]
      }),
    ),
  ),
]

function search({ text, within, limit }: Args<'search'>): SearchView {
  const words = text.trim().split(/\s+/).filter(Boolean)
  const found = everything.filter(
    (f) =>
      words.length > 0 && (within === null || f.within === within) && words.every((w) => f.text.includes(w)),
  )
  const hits = found.slice(0, limit).map(({ hit }) => ({
    ...hit,
    title_marks: marks(hit.title['zh-Hans'], words),
    snippet_marks: marks(hit.snippet, words),
  }))
  return { hits, more: found.length > limit, shortened: text.length > 200, unread: [] }
}

function checkNumber({ text }: Args<'check_number'>): Checked {
  const code = text.trim() === '' ? 'identifier.empty' : 'identifier.unknown_form'
  return (
    numberData[text.trim()] ?? {
      kind: null,
      fit: 'unfit',
      reading: null,
      reasons: [{ code, fit: 'unfit', params: {} }],
      mark: 'D',
      source: 'nothing',
      basis: null,
    }
  )
}

export const pocket = {
  laws: (): Reply<'laws'> =>
    lawData.map((law) => ({
      instrument: { ...law, articles: [] },
      articles: law.articles.length,
      unread: law.articles.filter((a) => !a.text).length,
    })),
  list_item: ({ list: code, item: wanted }: Args<'list_item'>): Reply<'list_item'> => {
    const list = listTitles.find((l) => l.code === code)
    for (const section of listData.find((l) => l.code === code)?.sections ?? []) {
      const item = section.items.find((i) => i.code === wanted)
      if (list && item) return { list, section: section.title, item }
    }
    throw new Refused({ code: 'item.unknown', retry: 'never', params: { item: wanted } })
  },
  instrument: ({ law }: Args<'instrument'>): Reply<'instrument'> => {
    const found = lawData.find((l) => l.code === law)
    if (!found) throw new Refused({ code: 'law.unknown', retry: 'never', params: { law } })
    return found
  },
  check_number: checkNumber,
  search,
}
