// A task while it is being written, and what is still missing from it.
import type { EvidenceKind, InspectionKind, InspectionMode, TaskCreate, TaskProposal } from '@bindings/hq'

export interface Draft {
  title: string
  firm: string
  unit: string
  assignees: string[]
  kind: InspectionKind
  modes: InspectionMode[]
  lists: string[]
  rule: string
  due: string
  origin: string
  note: string
  wants: EvidenceKind[]
}

export const kinds: InspectionKind[] = [
  'routine',
  'special',
  'for_cause',
  'licence_verification',
  'post_filing',
  'follow_up',
  'reopening',
]
export const modes: InspectionMode[] = ['unannounced', 'extended', 'joint', 'random_draw', 'sweep']
export const wants: EvidenceKind[] = ['photo', 'file', 'measure']

export const required = ['title', 'firm', 'unit', 'assignees', 'lists', 'rule'] as const
export type Required = (typeof required)[number]

export function emptyDraft(unit: string): Draft {
  return {
    title: '',
    firm: '',
    unit,
    assignees: [],
    kind: 'routine',
    modes: [],
    lists: [],
    rule: '',
    due: '',
    origin: '',
    note: '',
    wants: [],
  }
}

export function missing(draft: Draft): Required[] {
  return required.filter((field) => {
    const value = draft[field]
    return typeof value === 'string' ? value.trim() === '' : value.length === 0
  })
}

export function toCreate(draft: Draft): TaskCreate {
  return {
    ...draft,
    title: draft.title.trim(),
    origin: draft.origin.trim(),
    note: draft.note.trim(),
    due: draft.due || null,
  }
}

/** Focus domains of the year's plan: what lists are proposed by, beside firm, kind and ways. */
export const focuses = ['F01', 'F02', 'F03', 'F04', 'F05', 'F06', 'F07', 'F08', 'F09', 'F10'] as const
export type Focus = (typeof focuses)[number]

/** What was proposed last: against it a person's own choice is told. */
export interface Proposed {
  lists: string[]
  rule: string
}

export function proposedOf(proposal: TaskProposal): Proposed {
  return {
    lists: proposal.lists.filter((l) => l.proposed).map((l) => l.title.code),
    rule: proposal.rule,
  }
}

/** Takes a new proposal. What a person switched on stays on, what was switched off stays off, a rule once chosen stays. */
export function refill(draft: Proposed, last: Proposed, next: Proposed): Proposed {
  const on = draft.lists.filter((code) => !last.lists.includes(code))
  const off = last.lists.filter((code) => !draft.lists.includes(code))
  const lists = next.lists.filter((code) => !off.includes(code))
  return {
    lists: [...lists, ...on.filter((code) => !lists.includes(code))],
    rule: draft.rule === '' || draft.rule === last.rule ? next.rule : draft.rule,
  }
}
