// Lists that follow what is filled in: proposed anew at every change, and what the inspector switched by hand stays switched.
import type { Failure, ProposalView, ProposeArgs } from '@bindings/field'
import { computed, reactive, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { call, failureOf } from '../host'
import { proposedIn } from './asked'
import { wantsReason } from './starting'

export interface Proposing {
  proposal: ShallowRef<ProposalView | undefined>
  failure: ShallowRef<Failure | undefined>
  base: ComputedRef<string[]>
  chosen: Ref<string[]>
  reasons: Record<string, string>
  /** What keeps it from being begun, as a key of the words: no list, or a deviation without a reason. */
  lacks: ComputedRef<string | undefined>
  again: () => Promise<void>
}

/** `ordered`: lists of a task, which stand in place of the proposed ones. */
export function useProposing(
  asks: () => ProposeArgs | undefined,
  ordered?: () => readonly string[],
): Proposing {
  const proposal = shallowRef<ProposalView>()
  const failure = shallowRef<Failure>()
  const chosen = ref<string[]>([])
  const reasons = reactive<Record<string, string>>({})
  const base = computed(() => (ordered ? [...ordered()] : proposedIn(proposal.value)))
  const byHand = { added: new Set<string>(), dropped: new Set<string>() }
  let turn = 0

  async function again(): Promise<void> {
    const args = asks()
    if (!args) return
    turn += 1
    const mine = turn
    try {
      const found = await call('propose', args)
      if (mine !== turn) return
      proposal.value = found
      failure.value = undefined
      const kept = base.value.filter((c) => !byHand.dropped.has(c))
      chosen.value = [...kept, ...[...byHand.added].filter((c) => !kept.includes(c))]
    } catch (error) {
      if (mine !== turn) return
      failure.value = failureOf(error)
      // What HQ ordered can be begun without any proposal.
      if (chosen.value.length === 0) chosen.value = base.value
    }
  }
  watch(() => JSON.stringify(asks() ?? null), again, { immediate: true })
  watch(chosen, (now) => {
    byHand.added = new Set(now.filter((c) => !base.value.includes(c)))
    byHand.dropped = new Set(base.value.filter((c) => !now.includes(c)))
  })
  const lacks = computed(() => {
    if (chosen.value.length === 0) return 'lists.needsList'
    const unexplained = wantsReason(base.value, chosen.value).some((list) => !reasons[list]?.trim())
    return unexplained ? 'lists.needsReason' : undefined
  })
  return { proposal, failure, base, chosen, reasons, lacks, again }
}
