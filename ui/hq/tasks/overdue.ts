import type { TaskRow } from '@bindings/hq'

/** Past its day and still to be done. `today` is `YYYY-MM-DD`; the day itself is not late. */
export function isOverdue(task: Pick<TaskRow, 'due' | 'state'>, today: string): boolean {
  return task.due !== null && task.due < today && (task.state === 'open' || task.state === 'started')
}
