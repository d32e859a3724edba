import type { SyncView } from '@bindings/field'
import { describe, expect, it } from 'vitest'
import { PaperEngine } from '../dev/engine'
import { isCalm, lastContact, nextContact } from '../sync/by-itself'

const view = (change: Partial<SyncView>): SyncView => ({ ...new PaperEngine().sync, ...change })
const key = (name: string): string => name
const failure = (code: string): SyncView['problem'] => ({ code, retry: 'later', params: {} })

describe('what is said of contacts by itself', () => {
  it('names why none begins before it names when one does', () => {
    const cases: [Partial<SyncView>, string][] = [
      [{ by_itself: false, retry_ms: 1_000 }, 'sync.own.off'],
      [{ phase: 'paused', retry_ms: 1_000 }, 'sync.own.paused'],
      [{ phase: 'uploading' }, 'sync.own.now'],
      [{ wifi_only: true, network: 'metered', retry_ms: 1_000 }, 'sync.own.held'],
      [{ wifi_only: true, network: 'unmetered', retry_ms: 1_000 }, 'sync.own.moment'],
      [{ retry_ms: 15_000 }, 'sync.own.soon'],
      [{ phase: 'waiting', retry_ms: 300_000 }, 'sync.own.again'],
      [{ phase: 'failed', retry_ms: 900_000 }, 'sync.own.again'],
      [{ phase: 'done', retry_ms: 900_000 }, 'sync.own.next'],
      [{ retry_ms: null }, 'sync.own.on'],
    ]
    for (const [change, said] of cases)
      expect([change, nextContact(view(change), 0, key)]).toEqual([change, said])
  })

  it('counts from the moment the engine said it, not from when it is read', () => {
    const named = (_: string, values: Record<string, unknown>): string => String(values['time'])
    const at = new Date(2026, 10, 22, 14, 3).getTime()
    expect(nextContact(view({ phase: 'done', retry_ms: 900_000 }), at, named)).toBe('14:18')
    expect(lastContact(view({ last_contact: null }), key)).toBe('sync.own.never')
  })

  it('is calm only about silence, and only where nobody asked', () => {
    const silent = ['hq.unreachable', 'hq.busy', 'request.slow', 'body.cut', 'network.metered']
    for (const code of silent) {
      expect([code, isCalm(view({ problem: failure(code) }))]).toEqual([code, true])
      expect([code, isCalm(view({ problem: failure(code), asked: true }))]).toEqual([code, false])
    }
    for (const code of ['ca.wrong', 'device.unknown', 'hq.behind', 'blob.size', 'disk.full', 'hq.no_room'])
      expect([code, isCalm(view({ problem: failure(code) }))]).toEqual([code, false])
    expect(isCalm(view({ problem: null }))).toBe(false)
  })
})
