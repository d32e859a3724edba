import { describe, expect, test } from 'vitest'
import {
  formatBytes,
  formatDate,
  formatDateTime,
  formatNumber,
  formatRate,
  formatSpan,
  shortHash,
} from './format'

describe('dates', () => {
  test('an instant is shown in the zone of the reader, with leading zeros', () => {
    expect(formatDateTime('2026-03-04T21:07:09Z')).toBe('2026-03-05 05:07')
    expect(formatDateTime('2026-03-05T05:07:09+08:00', true)).toBe('2026-03-05 05:07:09')
  })
  test('a bare date is never shifted by a zone', () => {
    expect(formatDate('2026-12-31')).toBe('2026-12-31')
  })
  test('what is no time is shown as it came', () => {
    expect(formatDateTime('soon')).toBe('soon')
    expect(formatDate('')).toBe('')
  })
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [3_481_234, '3.5 MB'],
  [99_960, '100 kB'],
  [999_700, '1.0 MB'],
  [12_000_000_000, '12.0 GB'],
])('%d bytes read %s', (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words)
})

test('numbers group by thousands and rates have one decimal or a dash', () => {
  expect(formatNumber(1204)).toBe('1,204')
  expect(formatRate(3, 24)).toBe('12.5 %')
  expect(formatRate(0, 0)).toBe('—')
})

test('a span counts down to zero and stays there', () => {
  expect(formatSpan(3_725_000)).toBe('1:02:05')
  expect(formatSpan(65_999)).toBe('1:05')
  expect(formatSpan(-1)).toBe('0:00')
})

test('a hash shows its first 16 in fours', () => {
  expect(shortHash('0123456789abcdef0000')).toBe('0123 4567 89ab cdef')
})
