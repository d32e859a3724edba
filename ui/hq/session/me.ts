// Who is signed in. HQ judges every call; what is hidden here only spares people a refusal.
import type { Me } from '@bindings/hq'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api } from '../api/client'
import { asProblem } from '../api/problem'

export const useMe = defineStore('me', () => {
  const me = ref<Me | null>(null)
  const asked = ref(false)

  /** Asks once; nobody signed in is an answer, anything else is thrown. */
  async function ask(): Promise<Me | null> {
    if (asked.value) return me.value
    try {
      me.value = await api.me()
    } catch (error) {
      if (asProblem(error).status !== 401) throw error
      me.value = null
    }
    asked.value = true
    return me.value
  }

  async function signIn(user: string, password: string): Promise<void> {
    me.value = await api.signIn({ user, password })
    asked.value = true
  }

  async function signOut(): Promise<void> {
    await api.signOut()
    forget()
  }

  function forget(): void {
    me.value = null
    asked.value = true
  }

  const leads = computed(() => me.value?.role === 'station_head' || me.value?.role === 'admin')
  const isAdmin = computed(() => me.value?.role === 'admin')

  return { me, leads, isAdmin, ask, signIn, signOut, forget }
})
