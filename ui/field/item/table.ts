// Rows beside an item: what is on the screen is what is saved, a cell at a time, and nobody's typing is replaced.
import type { Failure, ItemView, TableCell, TableProposal, TableSpec, TableView } from '@bindings/field'
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { failureOf } from '../host'
import { useInspection } from '../state/inspection'

export interface Removed {
  at: number
  row: string[]
}
export interface Rows {
  rows: Ref<string[][]>
  state: Ref<'still' | 'saving' | 'failed'>
  failure: Ref<Failure | undefined>
  removed: Ref<Removed | undefined>
  /** The one table that stands, if no two of them do. */
  standing: ComputedRef<TableView | undefined>
  read: (row: number, column: number) => TableCell | undefined
  raised: (row: number) => TableProposal[]
  put: (row: number, column: number, text: string) => void
  add: () => void
  remove: (row: number) => void
  restore: () => void
  save: () => Promise<void>
}

const isEmpty = (row: readonly string[]): boolean => row.every((text) => text.trim() === '')
/** Rows begun and not filled are on the screen only; those between others keep their place, as proposals count rows. */
export function filled(rows: readonly string[][]): string[][] {
  let end = rows.length
  while (end > 0 && isEmpty(rows[end - 1] ?? [])) end -= 1
  return rows.slice(0, end).map((row) => [...row])
}
const same = (a: string[][], b: string[][]): boolean => JSON.stringify(a) === JSON.stringify(b)
const textsOf = (table: TableView | undefined): string[][] =>
  table?.rows.map((row) => row.map((cell) => cell.text)) ?? []

export function useRows(view: () => ItemView, spec: () => TableSpec, correction: () => string | null): Rows {
  const inspection = useInspection()
  const standing = computed(() => {
    const { tables } = view().state
    return tables.length === 1 ? tables[0] : undefined
  })
  const blank = (): string[] => spec().columns.map(() => '')
  const rows = ref<string[][]>([])
  const state = ref<'still' | 'saving' | 'failed'>('still')
  const failure = ref<Failure>()
  const removed = ref<Removed>()
  let sent: string[][] = []
  const shown = { entries: [] as string[] }

  watch(
    () => view().state.tables,
    () => {
      const now = textsOf(standing.value)
      // What a person is in the middle of stays; what came meanwhile is not named by the next write and conflicts in the open.
      if (!same(filled(rows.value), sent) || state.value !== 'still') return
      sent = filled(now)
      shown.entries = view().state.tables.map((table) => table.by.entry)
      if (!same(filled(rows.value), sent)) rows.value = now
    },
    { immediate: true },
  )

  async function save(): Promise<void> {
    const now = filled(rows.value)
    if (same(now, sent) && state.value !== 'failed') return
    const before = sent
    sent = now
    state.value = 'saving'
    try {
      await inspection.table(view().item.code, now, correction(), shown)
      failure.value = undefined
      if (same(sent, now)) state.value = 'still'
    } catch (error) {
      if (same(sent, now)) sent = before
      failure.value = failureOf(error)
      state.value = 'failed'
    }
  }
  function put(row: number, column: number, text: string): void {
    const cells = rows.value[row]
    if (cells) cells[column] = text
  }
  function remove(at: number): void {
    const [row] = rows.value.splice(at, 1)
    removed.value = row && !isEmpty(row) ? { at, row } : undefined
    void save()
  }
  function restore(): void {
    const last = removed.value
    removed.value = undefined
    if (!last) return
    rows.value.splice(last.at, 0, last.row)
    void save()
  }
  return {
    rows,
    state,
    failure,
    removed,
    standing,
    read: (row, column) => {
      const cell = standing.value?.rows[row]?.[column]
      return cell && cell.text === rows.value[row]?.[column] ? cell : undefined
    },
    raised: (row) => standing.value?.proposals.filter((p) => p.row === row + 1) ?? [],
    put,
    add: () => {
      removed.value = undefined
      rows.value.push(blank())
    },
    remove,
    restore,
    save,
  }
}
