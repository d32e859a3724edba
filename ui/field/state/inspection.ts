// The open inspection. What it says comes from the engine; kept here are only the marks of what is on its way there.
import type { Answer, Delta, Failure, InspectionView, ItemState, ItemView, Outcome } from '@bindings/field'
import { defineStore } from 'pinia'
import { computed, reactive, ref, shallowRef } from 'vue'
import { call, failureOf, type Args, type Verb } from '../host'
import { applyDelta, itemsOf } from './delta'
import { useRoom } from './room'
import { inTurn } from './turn'

export interface Undo {
  item: string
  now: Outcome
  before: Outcome
  reason: string | null
}
export interface AnswerExtras {
  reason?: string | null
  correction?: string | null
}
/** Verbs that answer with a delta. */
type Writes = { [V in Verb]: Delta extends import('../host').Reply<V> ? V : never }[Verb]

export const useInspection = defineStore('inspection', () => {
  const view = ref<InspectionView | null>(null)
  const opening = shallowRef<Failure | null>(null)
  const saving = reactive(new Map<string, Outcome>())
  const failed = reactive(new Map<string, Failure>())
  const undo = ref<Undo | null>(null)
  const language = ref('zh-CN')

  const items = computed(() => (view.value ? itemsOf(view.value) : []))
  const byCode = computed(() => new Map(items.value.map((i) => [i.item.code, i])))
  const sealed = computed(() => view.value?.row.stage === 'sealed')
  const item = (code: string): ItemView | undefined => byCode.value.get(code)

  async function open(id: string): Promise<void> {
    if (view.value?.row.id !== id) {
      view.value = null
      saving.clear()
      failed.clear()
      undo.value = null
    }
    try {
      view.value = await call('inspection', { inspection: id })
      opening.value = null
      void useRoom().look()
    } catch (error) {
      opening.value = failureOf(error)
    }
  }

  async function take(delta: Delta): Promise<void> {
    if (!view.value || delta.inspection !== view.value.row.id) return
    applyDelta(view.value, delta)
    if (delta.reload) await open(delta.inspection)
  }

  /** Any verb that changes the inspection; rejects when the engine refuses. */
  async function write<V extends Writes>(verb: V, args: Args<V>): Promise<void> {
    await take((await call(verb, args)) as Delta)
  }

  function seenOf(state: ItemState | undefined): string[] {
    return state ? state.answers.map((a) => a.by.entry) : []
  }

  async function send(code: string, outcome: Outcome, extras: AnswerExtras): Promise<void> {
    const args: Answer = {
      inspection: view.value?.row.id ?? '',
      item: code,
      outcome,
      reason: extras.reason ?? null,
      correction: extras.correction ?? null,
      // Read only now: an answer of ours that was under way a moment ago is on the screen and must be named.
      seen: seenOf(item(code)?.state),
      language: language.value,
    }
    await write('answer', args)
  }

  /** The button repaints at once; what it says is believed only when the engine has answered. */
  async function answer(code: string, outcome: Outcome, extras: AnswerExtras = {}): Promise<boolean> {
    const before = item(code)?.state.answers
    saving.set(code, outcome)
    failed.delete(code)
    const result = await inTurn(`answer/${code}`, async () => {
      try {
        await send(code, outcome, extras)
        return true
      } catch (error) {
        failed.set(code, failureOf(error))
        return false
      }
    })
    if (saving.get(code) === outcome) saving.delete(code)
    const one = before?.length === 1 ? before[0] : undefined
    if (result && (before?.length ?? 0) < 2) {
      undo.value = {
        item: code,
        now: outcome,
        before: one?.outcome ?? 'unchecked',
        reason: one?.reason ?? null,
      }
    }
    return result
  }

  async function takeBack(): Promise<void> {
    const last = undo.value
    undo.value = null
    if (!last) return
    await answer(last.item, last.before, { reason: last.reason })
    undo.value = null
  }

  const note = (code: string, text: string): Promise<void> =>
    inTurn(`note/${code}`, () =>
      write('note', {
        inspection: view.value?.row.id ?? '',
        item: code,
        text,
        seen: item(code)?.state.notes.map((n) => n.by.entry) ?? [],
      }),
    )

  /** A line more in the note, below what stands there when its turn comes; a line that is there is not repeated. */
  const addToNote = (code: string, line: string): Promise<void> =>
    inTurn(`note/${code}`, async () => {
      const notes = item(code)?.state.notes ?? []
      const lines = (notes[0]?.text ?? '').split('\n').filter((l) => l !== '')
      if (lines.includes(line)) return
      await write('note', {
        inspection: view.value?.row.id ?? '',
        item: code,
        text: [...lines, line].join('\n'),
        seen: notes.map((n) => n.by.entry),
      })
    })

  /** All rows of an item's table, in place of the tables the screen showed; correcting after the seal takes a reason.
   *  Typing may go on while a colleague's table arrives: only what was shown is named, the other stands beside it. */
  const table = (
    code: string,
    rows: string[][],
    correction: string | null,
    shown: { entries: string[] },
  ): Promise<void> =>
    inTurn(`table/${code}`, async () => {
      await write('table', {
        inspection: view.value?.row.id ?? '',
        item: code,
        rows,
        correction,
        seen: shown.entries,
      })
      const standing = item(code)?.state.tables ?? []
      if (standing.length < 2) shown.entries = standing.map((one) => one.by.entry)
    })

  const field = (name: string, value: string): Promise<void> =>
    inTurn(`field/${name}`, () =>
      write('field', {
        inspection: view.value?.row.id ?? '',
        field: name,
        value,
        seen: view.value?.fields.find((f) => f.field.field === name)?.values.map((v) => v.by.entry) ?? [],
      }),
    )

  function close(): void {
    view.value = null
    undo.value = null
  }

  return {
    view,
    opening,
    saving,
    failed,
    undo,
    language,
    items,
    sealed,
    item,
    open,
    take,
    write,
    answer,
    takeBack,
    note,
    addToNote,
    table,
    field,
    close,
  }
})
