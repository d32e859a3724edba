// Where the sync stands, as the engine last said it.
import type { Failure, Network, SyncView } from '@bindings/field'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { call, failureOf } from '../host'
import { isMoving } from '../sync/by-itself'

export const useSync = defineStore('sync', () => {
  const view = shallowRef<SyncView | null>(null)
  /** When it was said: what it says of the next contact counts from there. */
  const at = ref(0)
  const refused = ref<Failure | null>(null)
  const running = computed(() => view.value !== null && isMoving(view.value))

  async function show(asked: Promise<SyncView>): Promise<void> {
    try {
      hear(await asked)
      refused.value = null
    } catch (error) {
      refused.value = failureOf(error)
    }
  }
  type Asking = 'sync_start' | 'sync_pause' | 'sync_status' | 'close_day'
  const ask = (verb: Asking): Promise<void> => show(call(verb, {}))
  const byItself = (on: boolean): Promise<void> => show(call('sync_by_itself', { on }))
  const wifiOnly = (on: boolean): Promise<void> => show(call('sync_wifi_only', { on }))
  const putFirst = (inspection: string | null): Promise<void> => show(call('sync_first', { inspection }))
  /** The engine allows everything where nobody tells it: a word that does not reach it is no trouble for anybody. */
  async function onNetwork(network: Network): Promise<void> {
    await call('network', { network }).catch(() => undefined)
  }
  function hear(sync: SyncView): void {
    view.value = sync
    at.value = Date.now()
  }
  return { view, at, refused, running, ask, byItself, wifiOnly, putFirst, onNetwork, hear }
})
