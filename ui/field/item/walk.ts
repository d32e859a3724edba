// Moving through the inspection: which section is shown, which item is current, where "next" leads.
import type { ItemView, SectionView } from '@bindings/field'
import { computed, nextTick, ref, type ComputedRef, type Ref } from 'vue'
import { calm } from '../parts/wide'
import { nextOpen } from '../state/delta'
import { useInspection } from '../state/inspection'
import { passes, type Filter } from './choices'

export interface Walk {
  sections: ComputedRef<SectionView[]>
  section: Ref<string>
  filter: Ref<Filter>
  shown: ComputedRef<ItemView[]>
  current: Ref<string | null>
  goTo: (code: string, focus?: boolean) => Promise<void>
  next: () => string | null
  step: (by: number) => Promise<void>
}

export function useWalk(): Walk {
  const inspection = useInspection()
  const sections = computed(() => inspection.view?.lists.flatMap((l) => l.sections) ?? [])
  const chosen = ref('')
  const filter = ref<Filter>('all')
  const current = ref<string | null>(null)
  // An item answered while a filter is on stays where it is until the person moves on: cards do not vanish under the thumb.
  const held = ref(new Set<string>())

  const section = computed({
    get: () =>
      sections.value.some((s) => s.id === chosen.value) ? chosen.value : (sections.value[0]?.id ?? ''),
    set: (id) => {
      held.value = new Set()
      chosen.value = id
    },
  })
  const filtering = computed({
    get: () => filter.value,
    set: (f) => {
      held.value = new Set()
      filter.value = f
    },
  })
  const shown = computed(() => {
    const items = sections.value.find((s) => s.id === section.value)?.items ?? []
    return items.filter((i) => passes[filter.value](i.state) || held.value.has(i.item.code))
  })

  async function goTo(code: string, focus = true): Promise<void> {
    const home = sections.value.find((s) => s.items.some((i) => i.item.code === code))
    if (!home) return
    if (home.id !== section.value) section.value = home.id
    if (!shown.value.some((i) => i.item.code === code)) filtering.value = 'all'
    current.value = code
    if (filter.value !== 'all') held.value.add(code)
    await nextTick()
    const card = document.querySelector<HTMLElement>(`[data-item="${code}"]`)
    card?.scrollIntoView({ block: focus ? 'start' : 'nearest', behavior: calm() ? 'auto' : 'smooth' })
    if (focus) card?.focus({ preventScroll: true })
  }
  const next = (): string | null => (inspection.view ? nextOpen(inspection.view, current.value) : null)

  async function step(by: number): Promise<void> {
    const at = shown.value.findIndex((i) => i.item.code === current.value)
    const to = shown.value[at + by] ?? shown.value[0]
    if (to) await goTo(to.item.code)
  }
  return { sections, section, filter: filtering, shown, current, goTo, next, step }
}
