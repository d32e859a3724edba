// From a finger or a key to an answer: after the seal a reason is asked first; after 符合 the next card comes up.
import type { Outcome } from '@bindings/field'
import { ref, type Ref } from 'vue'
import { useInspection } from '../state/inspection'
import { choices, lacksEvidence } from './choices'
import type { Walk } from './walk'

export interface Correcting {
  item: string
  outcome: Outcome
}
export interface Answering {
  correcting: Ref<Correcting | null>
  choose: (code: string, outcome: Outcome) => Promise<void>
  correct: (why: string) => Promise<void>
  key: (event: KeyboardEvent) => void
  focus: (event: FocusEvent) => void
}

const writes = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement

const itemAt = (target: EventTarget | null): string | undefined =>
  target instanceof HTMLElement ? target.closest<HTMLElement>('[data-item]')?.dataset['item'] : undefined

export function useAnswering(walk: Walk, wide: Readonly<Ref<boolean>>): Answering {
  const inspection = useInspection()
  const correcting = ref<Correcting | null>(null)

  async function choose(code: string, outcome: Outcome): Promise<void> {
    const standing = inspection.item(code)?.state.answers
    const same = standing?.length === 1 && standing[0]?.outcome === outcome && !inspection.saving.has(code)
    walk.current.value = code
    if (same) return
    if (inspection.sealed) {
      correcting.value = { item: code, outcome }
      return
    }
    const done = await inspection.answer(code, outcome)
    const state = inspection.item(code)?.state
    if (!done || outcome !== 'conforms' || wide.value || !state || lacksEvidence(state)) return
    // One tap for the commonest act: what is next moves into view, unless the person is elsewhere already.
    const next = walk.next()
    if (next && walk.current.value === code && walk.shown.value.some((i) => i.item.code === next)) {
      await walk.goTo(next, false)
    }
  }

  async function correct(why: string): Promise<void> {
    const what = correcting.value
    correcting.value = null
    if (what) await inspection.answer(what.item, what.outcome, { correction: why })
  }

  function key(event: KeyboardEvent): void {
    if (writes(event.target) || event.ctrlKey || event.altKey || event.metaKey) return
    const code = itemAt(event.target)
    const outcome = choices[Number(event.key) - 1]
    if (code && outcome) void choose(code, outcome)
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      void walk.step(event.key === 'ArrowDown' ? 1 : -1)
    } else return
    event.preventDefault()
  }

  function focus(event: FocusEvent): void {
    const code = itemAt(event.target)
    if (code) walk.current.value = code
  }
  return { correcting, choose, correct, key, focus }
}
