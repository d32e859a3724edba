// What a verb or a sync changed, laid over the open inspection. The engine decides everything; this only puts it in place.
import type { Delta, InspectionView, ItemView, MissingView } from '@bindings/field'

export function itemsOf(view: InspectionView): ItemView[] {
  return view.lists.flatMap((list) => list.sections.flatMap((section) => section.items))
}

/** Replaces what the delta names. An item that is not on the screen is left to the reload that comes with it. */
export function applyDelta(view: InspectionView, delta: Delta): void {
  if (delta.inspection !== view.row.id) return
  const changed = new Map(delta.items.map((state) => [state.code, state]))
  if (changed.size > 0) {
    for (const item of itemsOf(view)) {
      const state = changed.get(item.item.code)
      if (state) item.state = state
    }
  }
  for (const field of delta.fields) {
    const at = view.fields.findIndex((f) => f.field.field === field.field.field)
    if (at >= 0) view.fields[at] = field
    else view.fields.push(field)
  }
  if (delta.general_evidence) view.general_evidence = delta.general_evidence
  if (delta.officers) view.officers = delta.officers
  if (delta.seal) view.seal = delta.seal
  view.progress = delta.progress
  Object.assign(view.row, delta.progress.row)
}

export function itemMissing(missing: MissingView): string | null {
  return 'item' in missing ? missing.item : null
}

/** The next item that is not finished, from `after` on and then from the start: the walk never dead-ends. */
export function nextOpen(view: InspectionView, after: string | null): string | null {
  const wanting = new Set(view.progress.missing.map(itemMissing))
  const codes = itemsOf(view).map((i) => i.item.code)
  const from = after === null ? 0 : codes.indexOf(after) + 1
  const order = [...codes.slice(from), ...codes.slice(0, from)]
  return order.find((code) => wanting.has(code) && code !== after) ?? null
}
