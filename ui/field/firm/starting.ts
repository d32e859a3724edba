// From a filled form to a begun inspection: it starts with the lists that were proposed or ordered, and every deviation
// follows as an event of its own with its reason. What failed half way goes on where it stopped.
import type { Failure, FirmRecord, InspectionKind, InspectionMode, Officer } from '@bindings/field'
import type { ShallowRef } from 'vue'
import { useRouter } from 'vue-router'
import { call, useHost } from '../host'
import { useTry } from '../screens/load'
import { useSession } from '../state/session'
import { deviations } from './asked'

export interface Beginning {
  task?: string
  firm?: FirmRecord
  kind?: InspectionKind
  modes?: InspectionMode[]
  focus?: string[]
  officers?: Officer[]
  /** Proposed lists, or those of the task. */
  base: readonly string[]
  chosen: readonly string[]
  reasons: Readonly<Record<string, string>>
}

/** With nothing to deviate from there is nothing to explain. */
export const wantsReason = (base: readonly string[], chosen: readonly string[]): string[] =>
  base.length === 0 ? [] : deviations(base, chosen).map((d) => d.list)

export function useStarting(): {
  failure: ShallowRef<Failure | undefined>
  begin: (what: Beginning) => Promise<boolean>
} {
  const session = useSession()
  const router = useRouter()
  const { failure, attempt } = useTry()
  let begun: string | undefined
  const done = new Set<string>()

  async function start({
    task,
    firm,
    kind,
    modes,
    focus,
    officers,
    base,
    chosen,
  }: Beginning): Promise<string> {
    const started = await call('start', {
      task: task ?? null,
      firm: firm ?? null,
      // Those of the task are HQ's own, in HQ's version.
      lists: task ? [] : base.length > 0 ? [...base] : [...chosen],
      kind: kind ?? null,
      modes: modes ?? [],
      focus: focus ?? [],
      rule: null,
      officers: officers ?? [],
      place: await useHost().place(),
      language: session.language,
    })
    return started.inspection
  }

  const begin = (what: Beginning): Promise<boolean> =>
    attempt(async () => {
      begun ??= await start(what)
      for (const { list, added } of what.base.length > 0 ? deviations(what.base, what.chosen) : []) {
        if (done.has(list)) continue
        const reason = what.reasons[list]?.trim() ?? ''
        await call('change_list', { inspection: begun, list, added, reason })
        done.add(list)
      }
      await router.replace({ name: 'door', params: { id: begun } })
    })
  return { failure, begin }
}
