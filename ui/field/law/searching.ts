// Searching while one types: after a short pause, and an answer to what is no longer typed is dropped.
import type { Failure, SearchIn, SearchView } from '@bindings/field'
import { onScopeDispose, ref, watch, type Ref } from 'vue'
import { call, failureOf } from '../host'

/** Shorter than a person notices, longer than the gap between the letters of one word. */
const pause = 120
const most = 60

export interface Searching {
  view: Readonly<Ref<SearchView | undefined>>
  /** What `view` is the answer to. */
  answered: Readonly<Ref<string>>
  failure: Readonly<Ref<Failure | undefined>>
  again: () => void
}

export function useSearch(text: Ref<string>, within: Ref<SearchIn | null>): Searching {
  const view = ref<SearchView>()
  const answered = ref('')
  const failure = ref<Failure>()
  let timer = 0
  let asked = 0

  async function ask(): Promise<void> {
    window.clearTimeout(timer)
    const mine = (asked += 1)
    const words = text.value.trim()
    try {
      const found = await call('search', { text: words, within: within.value, limit: most })
      if (mine !== asked) return
      view.value = words === '' ? undefined : found
      answered.value = words
      failure.value = undefined
    } catch (error) {
      if (mine !== asked) return
      failure.value = failureOf(error)
    }
  }
  watch(text, () => {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void ask(), pause)
  })
  watch(within, () => void ask())
  // An empty search makes the first real one quick; what the address carries is searched for at once.
  void ask()
  onScopeDispose(() => {
    window.clearTimeout(timer)
    asked += 1
  })
  return { view, answered, failure, again: () => void ask() }
}
