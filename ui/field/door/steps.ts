// What the law wants before anything is looked at (PEN§42, §43, §55; O54§49), as far as the record of this inspection tells.
import type { FieldView, InspectionView } from '@bindings/field'

export const doorSteps = ['officers', 'certificates', 'rights', 'recusal'] as const
export type DoorStep = (typeof doorSteps)[number]

/** Where each step is written down. Two officers are in a register of their own. */
export const fieldOf: Record<Exclude<DoorStep, 'officers'>, string> = {
  certificates: 'notice.certificates_shown',
  rights: 'notice.rights_told',
  recusal: 'notice.recusal_answer',
}

export const fieldIn = (view: InspectionView, name: string): FieldView | undefined =>
  view.fields.find((f) => f.field.field === name)

/** A bureau's own form may ask for less: what it has no field for cannot be left open. */
function isOpen(view: InspectionView, step: DoorStep): boolean {
  if (step === 'officers') return view.officers.length < 2
  const field = fieldIn(view, fieldOf[step])
  return field !== undefined && field.values.every((v) => v.text.trim() === '')
}

export const openSteps = (view: InspectionView): DoorStep[] =>
  view.row.stage === 'draft' ? doorSteps.filter((step) => isOpen(view, step)) : []
