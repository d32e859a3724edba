// One question to the engine that a page hangs on.
import type { Failure } from '@bindings/field'
import { shallowRef, type ShallowRef } from 'vue'
import { call, failureOf, type Args, type Reply, type Verb } from '../host'

export interface Loaded<T> {
  value: ShallowRef<T | undefined>
  failure: ShallowRef<Failure | undefined>
  load: () => Promise<void>
}

export function useVerb<V extends Verb>(verb: V, args: () => Args<V>): Loaded<Reply<V>> {
  const value = shallowRef<Reply<V>>()
  const failure = shallowRef<Failure>()
  async function load(): Promise<void> {
    try {
      value.value = await call(verb, args())
      failure.value = undefined
    } catch (error) {
      failure.value = failureOf(error)
    }
  }
  return { value, failure, load }
}

/** Runs something a button asked for and keeps what went wrong for the page to show. */
export function useTry(): {
  failure: ShallowRef<Failure | undefined>
  attempt: (what: () => Promise<unknown>) => Promise<boolean>
} {
  const failure = shallowRef<Failure>()
  async function attempt(what: () => Promise<unknown>): Promise<boolean> {
    try {
      await what()
      failure.value = undefined
      return true
    } catch (error) {
      failure.value = failureOf(error)
      return false
    }
  }
  return { failure, attempt }
}
