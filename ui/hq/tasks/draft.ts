// A task while it is being written, and what is still missing from it.
import type { EvidenceKind, InspectionKind, InspectionMode, TaskCreate } from '@bindings/hq'

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
