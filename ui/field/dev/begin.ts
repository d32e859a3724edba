// An inspection as the fake engine begins it.
import type { FirmRecord, InspectionView, ListTitle, Text } from '@bindings/field'
import titles from './form-sections.json'
import { recount } from './count'
import { tableOf } from './tables'
import { firm as known, formData, listData, me, other, tasks } from './data'

const sections = titles as Record<string, Text>

export const listTitles: ListTitle[] = listData.map((l) => ({
  code: l.code,
  title: l.title,
  version: l.version,
  items: l.sections.reduce((n, s) => n + s.items.length, 0),
  source: l.source,
}))

const filledIn = (name: string, firm: FirmRecord): string =>
  ({
    time: '2026-11-21 09:12 起',
    firm_name: firm.name,
    firm_code: firm.uscc,
    firm_address: firm.address,
    firm_legal_representative: firm.legal_representative,
    officers: `${me.name} ${me.certificate}；${other.name} ${other.certificate}`,
  })[name] ?? ''

export function begin(
  id: string,
  firm: FirmRecord,
  codes: readonly string[],
  task: string | null,
  occasion: { kind?: InspectionView['kind'] | null; modes?: InspectionView['modes']; focus?: string[] } = {},
): InspectionView {
  const stamp = {
    entry: `filled-${id}`,
    feed: 'f'.repeat(64),
    seq: 1,
    lamport: 1,
    actor: me.user ?? '',
    wall: new Date().toISOString(),
  }
  const view: InspectionView = {
    row: {
      id,
      number: `JC-440305-20261121-7F2A-${id.slice(-2).padStart(2, '0')}`,
      firm: firm.short_name || firm.name,
      address: firm.address,
      lists: [...codes],
      started: new Date(Date.now() - 47 * 60_000).toISOString(),
      stage: 'draft',
      done: 0,
      total: 0,
      non_conforming: 0,
      photos: 0,
      safety: 'here',
    },
    firm,
    task,
    kind: occasion.kind ?? tasks[0]?.kind ?? 'routine',
    focus: occasion.focus ?? [],
    modes: occasion.modes ?? (task ? ['unannounced'] : []),
    officers: task ? [me, other] : [me],
    lists: listData
      .filter((l) => codes.includes(l.code))
      .map((l) => ({
        title: listTitles.find((t) => t.code === l.code) ?? {
          code: l.code,
          title: l.title,
          version: l.version,
          items: 0,
          source: null,
        },
        newer: null,
        sections: l.sections.map((s) => ({
          id: `${l.code}/${s.code}`,
          title: s.title,
          items: s.items.map((item) => ({
            // A copy: what a story changes about an item is no other story's.
            item: { ...item },
            covers: item.code === 'SUP-01' ? ['STER-03'] : [],
            table: tableOf(item.code),
            state: {
              code: item.code,
              answers: [],
              notes: [],
              tables: [],
              evidence: [],
              needs: [],
              reworded: null,
              missing: true,
              safety: 'here',
            },
          })),
        })),
      })),
    left: [],
    rule: {
      title: { 'zh-Hans': '经营许可现场核查判定规则', en: 'Rule for licence verification on site' },
      source: { 'zh-Hans': '参照国家药监局2024年第20号指导原则', en: 'After guideline No. 20 of 2024' },
      mark: 'M',
      key_bound: '10 %',
      general_bound: '20 %',
    },
    progress: {
      tallies: {
        key: { total: 0, not_applicable: 0, non_conforming: 0, corrected: 0, open: 0, conflicting: 0 },
        general: { total: 0, not_applicable: 0, non_conforming: 0, corrected: 0, open: 0, conflicting: 0 },
      },
      conclusion: null,
      missing: [],
      row: { done: 0, total: 0, non_conforming: 0, photos: 0, stage: 'draft', safety: 'here' },
    },
    general_evidence: [],
    fields: formData.map((field) => {
      const text = filledIn(field.filled, firm)
      return {
        field,
        section_title: sections[field.section] ?? { 'zh-Hans': field.section },
        fixed: field.filled !== 'typed',
        values: text ? [{ text, by: stamp }] : field.filled === 'typed' ? [] : [{ text: '—', by: stamp }],
      }
    }),
    seal: null,
  }
  recount(view)
  return view
}

export const theFirm = known
