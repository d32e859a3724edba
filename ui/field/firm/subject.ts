// What is inspected and why, in the words the lists ask for (`subject.*`, `inspection.*`), as far as it can be told at the door.
import type { FirmRecord, InspectionKind, InspectionMode, Subject } from '@bindings/field'

export interface Group {
  name: string
  values: readonly string[]
}

/** Every business form, grouped by what the place does. The words are in `subject.*`. */
export const subjects: readonly Group[] = [
  {
    name: 'trade',
    values: ['wholesale', 'retail', 'wholesale_retail', 'third_party_logistics', 'online', 'platform'],
  },
  { name: 'shop', values: ['optician', 'pharmacy', 'supermarket', 'vending'] },
  { name: 'use', values: ['hospital', 'clinic', 'laboratory', 'aesthetic', 'family_planning'] },
  { name: 'make', values: ['manufacturer', 'registrant'] },
  { name: 'other', values: ['warehouse', 'unregistered'] },
]

/** What a place is met as in a sweep: shops first. */
export const sweepSubjects = [
  'optician',
  'pharmacy',
  'supermarket',
  'retail',
  'vending',
  'aesthetic',
  'clinic',
  'unregistered',
] as const

/** Further forms a place may have beside its main one. */
export const furtherForms = [
  'wholesale',
  'retail',
  'online',
  'third_party_logistics',
  'vending',
  'manufacturer',
  'registrant',
]

/** What decides about lists and items beside the form. The words are in `flag.*`. */
export const flags: readonly Group[] = [
  { name: 'class', values: ['class_1', 'class_2', 'class_3'] },
  {
    name: 'goods',
    values: [
      'cold_chain',
      'implant',
      'sterile',
      'ivd',
      'lens',
      'aesthetic',
      'contraceptive',
      'hiv',
      'dental',
      'oxygen',
      'major_equipment',
    ],
  },
  { name: 'way', values: ['online', 'offsite_warehouse', 'entrusted_storage', 'branch'] },
  { name: 'roll', values: ['vbp', 'epidemic_reserve', 'udi'] },
]
/** Ranks of a medical institution: asked of nobody else. */
export const ranks: Group = { name: 'rank', values: ['level_2', 'level_3a'] }
export const hasRank = (kind: string): boolean => ['hospital', 'clinic', 'family_planning'].includes(kind)

export const kinds: readonly InspectionKind[] = [
  'routine',
  'special',
  'for_cause',
  'licence_verification',
  'post_filing',
  'follow_up',
  'reopening',
]
export const modes: readonly InspectionMode[] = ['unannounced', 'extended', 'joint', 'random_draw', 'sweep']
/** Focus domains of the year's plan; only a special inspection has any. */
export const focusDomains = ['F01', 'F02', 'F03', 'F04', 'F05', 'F06', 'F07', 'F08', 'F09', 'F10'] as const

export interface Described {
  kind: string
  modes: readonly string[]
  flags: readonly string[]
}

/** 三甲 is 二级以上 too; ranks that were tapped before the form changed to a shop do not count. */
export function subjectOf({ kind, modes, flags }: Described): Subject {
  const ranked = flags.includes('level_3a') ? [...new Set([...flags, 'level_2'])] : [...flags]
  return {
    kind,
    modes: modes.filter((m) => m !== kind),
    flags: hasRank(kind) ? ranked : ranked.filter((f) => !ranks.values.includes(f)),
  }
}

/** A subject that is in nobody's register (未登记主体). */
export function metOnTheSpot(form: {
  name: string
  uscc: string
  address: string
  subject: Subject
}): FirmRecord {
  return {
    id: null,
    name: form.name.trim(),
    short_name: '',
    uscc: form.uscc.trim().toUpperCase(),
    subject: form.subject,
    address: form.address.trim(),
    premises: '',
    warehouses: [],
    legal_representative: '',
    manager: '',
    quality_manager: '',
    phone: '',
    grade: '',
    position: null,
    licences: [],
    findings: [],
  }
}
