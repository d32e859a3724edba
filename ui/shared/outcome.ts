// The five results, in the order of the buttons; their marks are read before their colours.
export const outcomes = ['conforms', 'non_conforming', 'corrected', 'not_applicable', 'unchecked'] as const
export type Outcome = (typeof outcomes)[number]

export const marks: Record<Outcome, string> = {
  conforms: '✓',
  non_conforming: '✕',
  corrected: '↺',
  not_applicable: '–',
  unchecked: '',
}
