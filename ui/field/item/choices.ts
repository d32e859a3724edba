// The four results a person can give; 未检查 is what is left when none is given.
import type { ItemState, ItemView, NeedView, Outcome } from '@bindings/field'

export const choices = ['conforms', 'non_conforming', 'corrected', 'not_applicable'] as const

export const isOff = (state: ItemState): boolean =>
  state.answers.some((a) => a.outcome === 'non_conforming' || a.outcome === 'corrected')
export const inConflict = (state: ItemState): boolean => state.answers.length > 1 || state.notes.length > 1
export const short = (need: NeedView): boolean => need.have < need.need
export const lacksEvidence = (state: ItemState): boolean => state.needs.some(short)
export const isOpen = (state: ItemState): boolean =>
  state.answers.length === 0 || state.answers.every((a) => a.outcome === 'unchecked')

/** A serious item of the firm's that somebody found not conforming: a case or a transfer is to be considered (R020). */
export const isReferable = ({ item, state }: ItemView): boolean =>
  item.severity === 'serious' &&
  item.regulator !== true &&
  state.answers.some((a) => a.outcome === 'non_conforming')

export type Filter = 'all' | 'open' | 'off' | 'evidence'
export const passes: Record<Filter, (state: ItemState) => boolean> = {
  all: () => true,
  open: (state) => isOpen(state) || state.reworded !== null,
  off: isOff,
  evidence: lacksEvidence,
}

/** What a card is painted as. */
export function outcomeOf(state: ItemState, saving: Outcome | undefined): Outcome | 'conflict' {
  if (saving) return saving
  if (state.answers.length > 1) return 'conflict'
  return state.answers[0]?.outcome ?? 'unchecked'
}
