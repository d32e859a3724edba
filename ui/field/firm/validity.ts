// How long a licence still holds. The phone's clock is a claim: this is a hint to look, never a finding.
import type { Licence } from '@bindings/field'

export interface Validity {
  state: 'expired' | 'soon' | 'valid' | 'endless'
  days: number
  tone: 'bad' | 'warn' | ''
}

export function validity(licence: Licence, now: Date): Validity {
  if (!licence.valid_to) return { state: 'endless', days: 0, tone: '' }
  const end = new Date(`${licence.valid_to}T23:59:59`)
  const days = Math.floor((end.getTime() - now.getTime()) / 86_400_000)
  if (days < 0) return { state: 'expired', days, tone: 'bad' }
  // Renewal is applied for 90 to 30 working days before the end: from there on it is worth a question.
  return days <= 90 ? { state: 'soon', days, tone: 'warn' } : { state: 'valid', days, tone: '' }
}
