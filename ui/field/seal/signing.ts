// Whose turn it is to sign: the officer who is in, by key; then the other officer's hand; then the firm.
import type { SealView } from '@bindings/field'

export type Signing = 'officer' | 'drawn' | 'firm'

export function turnOf(seal: SealView, user: string | null): Signing | null {
  if (seal.waits_for.includes('officer')) {
    const keyed = seal.signatures.some((s) => s.method === 'keyed' && s.by.actor === user)
    return keyed ? 'drawn' : 'officer'
  }
  return seal.waits_for.includes('firm') ? 'firm' : null
}
