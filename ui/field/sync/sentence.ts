// The one sentence on top of the sync page: what is still only here, and how long it may take. Never more than is known.
import type { SyncView } from '@bindings/field'
import { onlyHereLong } from '../today/only-here'

type Say = (key: string, named: Record<string, unknown>, plural?: number) => string

export function roughly(ms: number, t: Say): string {
  if (ms < 5_000) return t('span.moment', {})
  if (ms < 90_000) return t('span.seconds', { n: Math.ceil(ms / 10_000) * 10 })
  return t('span.minutes', { n: Math.ceil(ms / 60_000) })
}

export function sentence(sync: SyncView, t: Say): string {
  const { only_here: only, phase } = sync
  const clear = only.entries === 0 && only.photos === 0 && only.files === 0
  if (phase === 'connecting') return t('syncSays.connecting', {})
  if (clear && phase === 'waiting') return t('syncSays.away', {})
  if (clear) return t(phase === 'pulling' || phase === 'closing' ? `syncSays.${phase}` : 'syncSays.clear', {})
  const what = onlyHereLong(only, t)
  if (phase === 'paused') return t('syncSays.paused', { what })
  if (phase === 'waiting') {
    return t(sync.problem?.code === 'network.metered' ? 'syncSays.held' : 'syncSays.waiting', { what })
  }
  if (phase === 'failed') return t('syncSays.failed', { what })
  // Done, and then something was written.
  if (phase === 'idle' || phase === 'done') return t('syncSays.idle', { what })
  if (sync.remaining_ms === null) return t('syncSays.going', { what })
  return t('syncSays.goingFor', { what, span: roughly(sync.remaining_ms, t) })
}
