// The fake engine's counting: enough of the rules that the screens behave; the true ones live in Rust.
import type { ConclusionView, InspectionView, ItemView, MissingView, NeedView, Tally } from '@bindings/field'
import { itemsOf } from '../state/delta'

const blank = (): Tally => ({
  total: 0,
  not_applicable: 0,
  non_conforming: 0,
  corrected: 0,
  open: 0,
  conflicting: 0,
})

export function needs(view: ItemView): NeedView[] {
  const answer = view.state.answers.length === 1 ? view.state.answers[0]?.outcome : undefined
  if (!answer || answer === 'not_applicable' || answer === 'unchecked') return []
  const off = answer !== 'conforms'
  const strongest = new Map<string, NeedView>()
  for (const rule of view.item.evidence) {
    if (rule.when === 'non_conforming' && !off) continue
    const have = view.state.evidence.filter((e) => e.kind === rule.kind && e.withdrawn === null).length
    const known = strongest.get(rule.kind)
    if (!known || known.need < rule.min) {
      strongest.set(rule.kind, {
        kind: rule.kind,
        need: rule.min,
        have,
        what: rule.what ?? null,
        mark: rule.mark,
      })
    }
  }
  return [...strongest.values()]
}

function missingOf(view: InspectionView): MissingView[] {
  const missing: MissingView[] = []
  for (const { item, state } of itemsOf(view)) {
    const [answer] = state.answers
    if (state.answers.length > 1 || state.notes.length > 1)
      missing.push({ what: 'conflict', item: item.code })
    else if (!answer || answer.outcome === 'unchecked') missing.push({ what: 'answer', item: item.code })
    else if (answer.outcome === 'not_applicable' && !answer.reason)
      missing.push({ what: 'reason', item: item.code })
    if (state.reworded !== null) missing.push({ what: 'reworded', item: item.code })
    for (const n of state.needs) {
      if (n.have < n.need)
        missing.push({ what: 'evidence', item: item.code, kind: n.kind, need: n.need, have: n.have })
    }
  }
  for (const f of view.fields) {
    if (f.field.required && f.values.length === 0) missing.push({ what: 'field', field: f.field.field })
  }
  if (view.officers.length < 2) missing.push({ what: 'officers' })
  return missing
}

function conclude(key: Tally, general: Tally): ConclusionView {
  const rate = (t: Tally): number =>
    t.total - t.not_applicable === 0 ? 0 : t.non_conforming / (t.total - t.not_applicable)
  const is_final = [key, general].every((t) => t.open === 0 && t.conflicting === 0)
  const as = (code: string, zh: string, en: string, days: number | null): ConclusionView => ({
    code,
    title: { 'zh-Hans': zh, en },
    is_final,
    rectify_working_days: days,
  })
  if (rate(key) === 0 && rate(general) === 0) return as('pass', '通过检查', 'Passed', null)
  if (rate(key) <= 0.1 && rate(general) <= 0.2)
    return as('rectify', '限期整改后复查', 'To be rectified, then rechecked', 30)
  return as('fail', '未通过检查', 'Not passed', null)
}

export function recount(view: InspectionView): void {
  const key = blank()
  const general = blank()
  let done = 0
  let photos = 0
  for (const item of itemsOf(view)) {
    item.state.needs = needs(item)
    const tally = item.item.key.value ? key : general
    tally.total += 1
    const outcome = item.state.answers[0]?.outcome
    if (item.state.answers.length > 1) tally.conflicting += 1
    else if (!outcome || outcome === 'unchecked') tally.open += 1
    else {
      done += 1
      if (outcome !== 'conforms') tally[outcome] += 1
    }
    photos += item.state.evidence.filter((e) => e.kind === 'photo').length
  }
  const missing = missingOf(view)
  const wanting = new Set(missing.map((m) => ('item' in m ? m.item : '')))
  for (const item of itemsOf(view)) item.state.missing = wanting.has(item.item.code)
  const { stage, safety } = view.row
  view.progress = {
    tallies: { key, general },
    conclusion: conclude(key, general),
    missing,
    row: {
      done,
      total: key.total + general.total,
      non_conforming: key.non_conforming + general.non_conforming,
      photos,
      stage,
      safety,
    },
  }
  Object.assign(view.row, view.progress.row)
}
