// Asking the engine what a typed number is: after a pause, and never showing an answer to what is no longer there.
import type { Checked, NumberKind } from '@bindings/field'
import { onScopeDispose, ref, watch, type Ref } from 'vue'
import { call } from '../host'

/** Long enough that a number is not judged while it is still being typed. */
const pause = 400

export interface NumberLook {
  checked: Readonly<Ref<Checked | undefined>>
  /** Asked and not answered, or about to be asked. */
  checking: Readonly<Ref<boolean>>
  /** The engine could not be asked: a prompt less, never an obstacle. */
  unasked: Readonly<Ref<boolean>>
  /** At once, without the pause: when the field is left or a number was pasted. */
  now: () => void
}

export function useNumber(
  text: () => string,
  kind: () => NumberKind | null,
  goodsClass: () => number | null = () => null,
): NumberLook {
  const checked = ref<Checked>()
  const checking = ref(false)
  const unasked = ref(false)
  let timer = 0
  let asked = 0

  async function ask(): Promise<void> {
    window.clearTimeout(timer)
    timer = 0
    const mine = (asked += 1)
    try {
      const answer = await call('check_number', { kind: kind(), text: text(), class: goodsClass() })
      if (mine !== asked) return
      checked.value = answer
      unasked.value = false
    } catch {
      if (mine !== asked) return
      checked.value = undefined
      unasked.value = true
    }
    checking.value = false
  }
  function stir(): void {
    window.clearTimeout(timer)
    asked += 1
    checked.value = undefined
    unasked.value = false
    checking.value = text().trim() !== ''
    timer = checking.value ? window.setTimeout(() => void ask(), pause) : 0
  }
  watch([text, kind, goodsClass], stir)
  // What stands there when the field appears is no typing: it is looked at without a pause.
  if (text().trim() !== '') {
    checking.value = true
    void ask()
  }
  onScopeDispose(() => {
    window.clearTimeout(timer)
    asked += 1
  })
  return {
    checked,
    checking,
    unasked,
    now: () => {
      if (timer !== 0) void ask()
    },
  }
}
