// A record as the engine would render it, in the fake engine's own simple words.
import type { InspectionView } from '@bindings/field'
import { itemsOf } from '../state/delta'

export function record(view: InspectionView): string {
  const fields = view.fields
    .filter((f) => f.values[0]?.text && f.values[0].text !== '—')
    .map((f) => `${f.field.label['zh-Hans']}：${f.values[0]?.text ?? ''}`)
  const off = itemsOf(view)
    .filter((i) => i.state.answers.some((a) => a.outcome === 'non_conforming'))
    .map(
      (i, n) =>
        `${String(n + 1)}. ${i.item.code} ${i.item.text['zh-Hans']}\n   ${i.state.notes[0]?.text ?? ''}`,
    )
  return [
    '现 场 笔 录',
    `检查编号：${view.row.number}`,
    '',
    ...fields,
    '',
    `检查项目 ${String(view.row.total)} 项，不符合 ${String(view.row.non_conforming)} 项。`,
    '',
    '不符合情况：',
    ...off,
    '',
    `结论：${view.progress.conclusion?.title['zh-Hans'] ?? ''}`,
    '',
    '以上笔录经核对无误。',
  ].join('\n')
}
