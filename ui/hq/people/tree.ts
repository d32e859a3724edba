import type { UnitRow } from '@bindings/hq'

export interface Branch extends UnitRow {
  depth: number
}

/** Units below the unit above them. One whose parent is not in the list (or that is its own ancestor) stands at the top. */
export function asTree(units: readonly UnitRow[]): Branch[] {
  const out: Branch[] = []
  const placed = new Set<string>()
  const place = (unit: UnitRow, depth: number): void => {
    if (placed.has(unit.unit)) return
    placed.add(unit.unit)
    out.push({ ...unit, depth })
    for (const child of units) if (child.parent === unit.unit) place(child, depth + 1)
  }
  const known = new Set(units.map((u) => u.unit))
  for (const unit of units) if (unit.parent === null || !known.has(unit.parent)) place(unit, 0)
  for (const unit of units) place(unit, 0)
  return out
}
