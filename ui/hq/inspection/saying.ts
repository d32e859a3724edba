// What an entry says, in a line: the part of its body a reader of the timeline looks for.
import type { TimelineRow } from '@bindings/hq'
import { outcomes, type Outcome } from '@shared/outcome'

export interface Saying {
  item?: string
  outcome?: Outcome
  text?: string
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function sayingOf(row: TimelineRow): Saying {
  const body = row.body
  const item = text(body['item'])
  const outcome = outcomes.find((o) => o === body['outcome'])
  const measured = [text(body['what']), text(body['value']), text(body['unit'])].filter(Boolean).join(' ')
  const words =
    text(body['reason']) ??
    text(body['text']) ??
    (measured || undefined) ??
    text(body['name']) ??
    text(body['number']) ??
    ([text(body['field']), text(body['value'])].filter(Boolean).join('：') || undefined)
  return {
    ...(item ? { item } : {}),
    ...(outcome ? { outcome } : {}),
    ...(words ? { text: words } : {}),
  }
}
