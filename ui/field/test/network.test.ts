import { describe, expect, it } from 'vitest'
import type { Network } from '@bindings/field'
import { networkOf, watchNetwork } from '../state/network'

class Connection extends EventTarget {
  constructor(public type: string) {
    super()
  }
  becomes(type: string): void {
    this.type = type
    this.dispatchEvent(new Event('change'))
  }
}

describe('the network', () => {
  it('is what the WebView says, and unknown where it says nothing', () => {
    const of = (type: string): Network => networkOf({ onLine: true, connection: new Connection(type) })
    expect(['cellular', 'wifi', 'ethernet', 'none', 'other', 'unknown'].map(of)).toEqual([
      'metered',
      'unmetered',
      'unmetered',
      'none',
      'unknown',
      'unknown',
    ])
    expect(networkOf({ onLine: true })).toBe('unknown')
    expect(networkOf({ onLine: false })).toBe('none')
  })

  it('is told once and then when its kind changes, not when only its speed does', () => {
    const told: Network[] = []
    const connection = new Connection('wifi')
    const stop = watchNetwork((network) => told.push(network), { onLine: true, connection })
    connection.becomes('wifi')
    connection.becomes('cellular')
    connection.becomes('cellular')
    connection.becomes('wifi')
    stop()
    connection.becomes('cellular')
    expect(told).toEqual(['unmetered', 'metered', 'unmetered'])
  })
})
