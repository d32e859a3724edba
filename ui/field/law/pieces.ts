// A text cut at the stretches that match. What lies outside of the text or overlaps is left out, never trusted.
import type { SearchSpan } from '@bindings/field'

export interface Piece {
  text: string
  hit: boolean
}

export function pieces(text: string, marks: readonly SearchSpan[]): Piece[] {
  const cut: Piece[] = []
  let at = 0
  for (const { start, len } of [...marks].sort((a, b) => a.start - b.start)) {
    const from = Math.max(start, at)
    const to = Math.min(start + len, text.length)
    if (to <= from) continue
    if (from > at) cut.push({ text: text.slice(at, from), hit: false })
    cut.push({ text: text.slice(from, to), hit: true })
    at = to
  }
  if (at < text.length) cut.push({ text: text.slice(at), hit: false })
  return cut
}
