// How much will be asked: items of the chosen lists, without those that another chosen list asks too.
import type { ListProposal, ProposalView } from '@bindings/field'

/** As one walks through the premises: papers, goods, stores, then what is special. What a bureau adds comes last. */
const walk = [
  ...[
    'LIC',
    'SUP',
    'PRD',
    'ACC',
    'STO',
    'TPL',
    'OFF',
    'USE',
    'COLD',
    'SAL',
    'STER',
    'STH',
    'UDI',
    'VBP',
    'LENS',
  ],
  ...['AES', 'CON', 'IVD', 'EPI', 'NET', 'NETP', 'OXY', 'DENT', 'C1M', 'ADR', 'SELF', 'REOP'],
]
const place = (code: string): number => (walk.includes(code) ? walk.indexOf(code) : walk.length)
export const inWalk = (lists: readonly ListProposal[]): ListProposal[] =>
  [...lists].sort((a, b) => place(a.title.code) - place(b.title.code))

/** Of a list's items those that a chosen list asks already, by that list. */
export const elsewhere = (list: ListProposal, chosen: readonly string[]): ListProposal['same'] =>
  chosen.includes(list.title.code)
    ? list.same.filter((s) => s.list !== list.title.code && chosen.includes(s.list))
    : []

export function asked(lists: readonly ListProposal[], chosen: readonly string[]): number {
  return lists
    .filter((l) => chosen.includes(l.title.code))
    .reduce((sum, l) => sum + l.applicable - elsewhere(l, chosen).reduce((same, s) => same + s.items, 0), 0)
}

export const proposedIn = (proposal: ProposalView | undefined): string[] =>
  inWalk(proposal?.lists ?? [])
    .filter((l) => l.proposed)
    .map((l) => l.title.code)

/** What the inspector changed against what was proposed or ordered. Additions first: an inspection is never without a list. */
export function deviations(
  base: readonly string[],
  chosen: readonly string[],
): { list: string; added: boolean }[] {
  return [
    ...chosen.filter((c) => !base.includes(c)).map((list) => ({ list, added: true })),
    ...base.filter((c) => !chosen.includes(c)).map((list) => ({ list, added: false })),
  ]
}
