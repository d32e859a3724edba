// Mounts a page in the whole frame of things (router, words, queries, store) against the fake HQ.
import { VueQueryPlugin } from '@tanstack/vue-query'
import { enableAutoUnmount, flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach } from 'vitest'
import type { Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { makeQueryClient } from '../api/queries'
import { i18n } from '../i18n'
import { routes } from '../router'
import { answer } from './fake'
import { session } from './rest'

// A page left behind would answer the keys of the next test.
enableAutoUnmount(afterEach)

/** Every call that was made: method and address. */
export const calls: string[] = []

export function useFakeHq(): void {
  calls.length = 0
  session.open = true
  globalThis.fetch = (input, init) => {
    const address = input instanceof Request ? input.url : String(input)
    const method = init?.method ?? 'GET'
    calls.push(`${method} ${address}`)
    const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined
    const given = answer(method, address, body)
    const text = given.body === undefined ? null : JSON.stringify(given.body)
    return Promise.resolve(new Response(text, { status: given.status }))
  }
}

export async function mountAt(
  page: Component,
  address: string,
  props: Record<string, unknown>,
): Promise<VueWrapper> {
  const router = createRouter({ history: createMemoryHistory(), routes })
  await router.push(address)
  const wrapper = mount(page, {
    props,
    attachTo: document.body,
    global: {
      plugins: [
        createPinia(),
        i18n,
        router,
        [VueQueryPlugin, { queryClient: makeQueryClient(() => undefined) }],
      ],
    },
  })
  // A page asks, and its parts ask again.
  for (let round = 0; round < 5; round += 1) await flushPromises()
  return wrapper
}
