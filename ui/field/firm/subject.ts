// A subject that is in nobody's register (未登记主体), as far as it can be described at the door.
import type { FirmRecord, InspectionKind } from '@bindings/field'

export const subjects = [
  'wholesale',
  'retail',
  'wholesale_retail',
  'third_party_logistics',
  'optician',
  'hospital',
  'clinic',
  'laboratory',
  'pharmacy',
] as const
export const kinds: readonly InspectionKind[] = [
  'routine',
  'special',
  'for_cause',
  'licence_verification',
  'post_filing',
  'follow_up',
  'reopening',
]

export function metOnTheSpot(form: {
  name: string
  uscc: string
  address: string
  kind: string
}): FirmRecord {
  return {
    id: null,
    name: form.name.trim(),
    short_name: '',
    uscc: form.uscc.trim().toUpperCase(),
    subject: { kind: form.kind, modes: [], flags: [] },
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
