// Dates, sizes and numbers as the house writes them: 2026-11-21 14:03, 3.4 MB, 1,204. The zone is the reader's own.

const two = (n: number): string => String(n).padStart(2, '0')

function parse(iso: string): Date | undefined {
  const date = new Date(iso)
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** `2026-11-21`. What cannot be read as a time is shown as it came. */
export function formatDate(iso: string): string {
  // A bare date has no zone: never shift it.
  if (/^\d{4}-\d{2}-\d{2}$/.test(iso)) return iso
  const d = parse(iso)
  return d ? `${String(d.getFullYear())}-${two(d.getMonth() + 1)}-${two(d.getDate())}` : iso
}

/** `14:03`, or `14:03:27`. */
export function formatTime(iso: string, seconds = false): string {
  const d = parse(iso)
  if (!d) return iso
  const minutes = `${two(d.getHours())}:${two(d.getMinutes())}`
  return seconds ? `${minutes}:${two(d.getSeconds())}` : minutes
}

/** `2026-11-21 14:03`, or with seconds. */
export function formatDateTime(iso: string, seconds = false): string {
  return parse(iso) ? `${formatDate(iso)} ${formatTime(iso, seconds)}` : iso
}

/** `812 B`, `3.4 MB`: decimal units, as the phone's own settings count. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1
  return `${value.toFixed(digits)} ${units[unit] ?? ''}`
}

/** `1,204`. */
export function formatNumber(value: number): string {
  return value.toLocaleString('en-US')
}

/** A rate as the rule compares it: `12.5 %` of 3 of 24; a dash where nothing was counted. */
export function formatRate(part: number, whole: number): string {
  return whole === 0 ? '—' : `${((part / whole) * 100).toFixed(1)} %`
}

/** A span in `h:mm:ss` or `m:ss`; below zero is zero. */
export function formatSpan(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  const h = Math.floor(seconds / 3600)
  const m = Math.floor((seconds % 3600) / 60)
  const s = two(seconds % 60)
  return h > 0 ? `${String(h)}:${two(m)}:${s}` : `${String(m)}:${s}`
}

/** The first 16 of a hash in groups of four. */
export function shortHash(hash: string): string {
  return (
    hash
      .slice(0, 16)
      .match(/.{1,4}/g)
      ?.join(' ') ?? ''
  )
}
