// How many photos still fit on the phone. The engine counts; it is asked when an inspection opens and after each file.
import type { RoomView } from '@bindings/field'
import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { call } from '../host'

export const useRoom = defineStore('room', () => {
  const left = shallowRef<RoomView>()

  async function look(): Promise<void> {
    // What cannot be asked is not shown; the next photo's own answer says what is wrong.
    left.value = await call('room', {}).catch(() => undefined)
  }

  return { left, look }
})
