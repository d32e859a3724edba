// What the page decides about an inspection, as pure functions over what HQ sent.
import type {
  AnswerView,
  EvidenceView,
  InspectionDetail,
  ItemView,
  MeasureView,
  SectionView,
} from '@bindings/hq'
import type { Outcome } from '@shared/outcome'

export const kindsOfItem = ['all', 'non_conforming', 'conflict', 'open'] as const
export type KindOfItem = (typeof kindsOfItem)[number]

/** Several results that do not name each other stand until a person settles them. */
export function inConflict(item: ItemView): boolean {
  return item.answers.length > 1
}

/** The one result; nobody's answer is 未检查; a conflict has none. */
export function settledOutcome(item: ItemView): Outcome | null {
  if (inConflict(item)) return null
  return item.answers[0]?.answer.outcome ?? 'unchecked'
}

export function isOfKind(item: ItemView, kind: KindOfItem): boolean {
  switch (kind) {
    case 'all':
      return true
    case 'conflict':
      return inConflict(item) || item.notes.length > 1
    case 'non_conforming':
      return item.answers.some((a) => a.answer.outcome === 'non_conforming')
    case 'open':
      return settledOutcome(item) === 'unchecked'
  }
}

/** One side of a conflict, with what its author put beside it. */
export interface Side {
  answer: AnswerView
  evidence: EvidenceView[]
  measures: MeasureView[]
}

/** Evidence stands on the side of the feed it came from; what belongs to no side stays with the item. */
export function sidesOf(item: ItemView): Side[] {
  return item.answers.map((answer) => ({
    answer,
    evidence: item.evidence.filter((e) => e.by.feed === answer.by.feed),
    measures: item.measures.filter((m) => m.by.feed === answer.by.feed),
  }))
}

export function evidenceOutsideSides(item: ItemView): EvidenceView[] {
  const feeds = new Set(item.answers.map((a) => a.by.feed))
  return inConflict(item) ? item.evidence.filter((e) => !feeds.has(e.by.feed)) : item.evidence
}

export function measuresOutsideSides(item: ItemView): MeasureView[] {
  const feeds = new Set(item.answers.map((a) => a.by.feed))
  return inConflict(item) ? item.measures.filter((m) => !feeds.has(m.by.feed)) : item.measures
}

/** All items in the order of the walk, those of unknown lists last. */
export function allItems(detail: InspectionDetail): ItemView[] {
  return [...detail.sections.flatMap((s) => s.items), ...detail.unknown_items]
}

/** All pictures and files in the order the page shows them: the inspection's own first. */
export function allEvidence(detail: InspectionDetail): EvidenceView[] {
  return [...detail.evidence, ...allItems(detail).flatMap((i) => i.evidence)]
}

/** Sections with the items of a kind; sections without any are left out. */
export function sectionsOfKind(detail: InspectionDetail, kind: KindOfItem): SectionView[] {
  return detail.sections
    .map((s) => ({ ...s, items: s.items.filter((i) => isOfKind(i, kind)) }))
    .filter((s) => s.items.length > 0)
}

export function anchorOf(section: SectionView): string {
  return `${section.list}-${section.section}`
}

export function nameOf(detail: InspectionDetail, user: string): string {
  return detail.names[user] ?? user
}

/** What the browser can draw; the rest is offered as a file. */
export function isDrawable(evidence: EvidenceView): boolean {
  return ['image/jpeg', 'image/png', 'image/webp', 'image/gif'].includes(evidence.mime)
}

/** Whether HQ has the original, as far as it knows. */
export function isHere(evidence: EvidenceView): boolean {
  return evidence.integrity === 'stored' || evidence.integrity === 'receipted'
}

/** The facts of a picture that are worth a line; the phone read them, nobody vouches for them. */
export function photoFacts(evidence: EvidenceView): { pixels?: string; taken?: string; camera?: string } {
  const facts = evidence.facts
  const text = (key: string): string => (typeof facts[key] === 'string' ? facts[key] : '')
  const camera = [text('make'), text('model')].filter(Boolean).join(' ')
  const taken = text('taken').replace('T', ' ')
  return {
    ...(typeof facts['width'] === 'number' && typeof facts['height'] === 'number'
      ? { pixels: `${String(facts['width'])} × ${String(facts['height'])}` }
      : {}),
    ...(taken ? { taken } : {}),
    ...(camera ? { camera } : {}),
  }
}
