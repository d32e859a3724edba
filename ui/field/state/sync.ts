// Where the sync stands, as the engine last said it.
import type { Failure, SyncView } from '@bindings/field'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { call, failureOf } from '../host'

const moving = ['connecting', 'pushing', 'uploading', 'confirming', 'pulling', 'closing']

export const useSync = defineStore('sync', () => {
  const view = shallowRef<SyncView | null>(null)
  const refused = ref<Failure | null>(null)
  const running = computed(() => view.value !== null && moving.includes(view.value.phase))

  async function ask(verb: 'sync_start' | 'sync_pause' | 'sync_status' | 'close_day'): Promise<void> {
    try {
      view.value = await call(verb, {})
      refused.value = null
    } catch (error) {
      refused.value = failureOf(error)
    }
  }
  function hear(sync: SyncView): void {
    view.value = sync
  }
  return { view, refused, running, ask, hear }
})
