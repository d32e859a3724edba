// Tables on the paper engine: the true columns, a few of the true rules. The true reader lives in core/src/tables.
import type { Column, TableCell, TableKind, TableLooked, TableProposal, TableSpec } from '@bindings/field'
import { numberData } from './pocket'
import specs from './tables.json'

const tables = specs as unknown as TableSpec[]
const standsAt: Record<string, TableKind> = { 'ACC-10': 'record_dates', 'SUP-02': 'supplier_scope' }

export function specOf(kind: TableKind): TableSpec {
  const found = tables.find((spec) => spec.kind === kind)
  if (!found) throw new Error(`no table ${kind}`)
  return found
}
export const tableOf = (item: string): TableSpec | null => {
  const kind = standsAt[item]
  return kind ? specOf(kind) : null
}

function day(text: string): string | null {
  const found = /^(\d{4})\D?(\d{1,2})(?:\D?(\d{1,2}))?\D?$/.exec(text.trim())
  return found
    ? [found[1], found[2]?.padStart(2, '0'), found[3]?.padStart(2, '0')].filter(Boolean).join('-')
    : null
}

function cell(spec: TableSpec['columns'][number], text: string): TableCell {
  const blank: TableCell = { text, understood: null, checked: null, problem: null }
  if (text === '') return blank
  if (spec.input.is === 'date') {
    const read = day(text)
    if (read) return { ...blank, understood: { 'zh-Hans': read } }
    const words = {
      'zh-Hans': '看不出是日期，请写成 2026-03-05 或 2026-03。',
      en: 'Not a date: write 2026-03-05 or 2026-03.',
    }
    return { ...blank, problem: { code: 'date.unreadable', words } }
  }
  if (spec.input.is === 'identifier') {
    const checked = numberData[text] ?? null
    return { ...blank, checked, understood: checked?.reading ? { 'zh-Hans': checked.reading.text } : null }
  }
  return blank
}

export function lookAt(spec: TableSpec, rows: string[][]): TableLooked {
  const read = rows.map((row) => spec.columns.map((column, n) => cell(column, row[n] ?? '')))
  const proposals = read.flatMap((row, n): TableProposal[] => {
    const at = (column: Column): string =>
      row[spec.columns.findIndex((c) => c.column === column)]?.understood?.['zh-Hans'] ?? ''
    const [made, arrived] = [at('made'), at('arrived')]
    if (made === '' || arrived === '' || made <= arrived) return []
    return [
      {
        row: n + 1,
        columns: ['made', 'arrived'],
        code: 'table.made_after_arrival',
        nature: 'finding',
        severity: 'major',
        params: { made, arrived },
        words: {
          'zh-Hans': `记录的生产日期${made}晚于到货日期${arrived}，请取原始单据核对。`,
          en: `Recorded as made ${made}, after its arrival on ${arrived}. Compare with the original papers.`,
        },
        basis: [
          { law: 'GSP', article: '44', mark: 'V' },
          { law: 'T739', article: '45', mark: 'V' },
        ],
        mark: 'D',
      },
    ]
  })
  return { rows: read, proposals }
}
