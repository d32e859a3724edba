// A day in the fake district: one phone through, one with photos still on it, one in trouble.
import type * as T from '@bindings/hq'
import { draft, sealed } from './inspections'

const part = (
  of: T.InspectionDetail,
  counts: [entries: number, photos: number, here: number],
): T.DayInspection => ({
  inspection: of.row.inspection,
  number: of.row.number,
  firm_name: of.row.firm_name,
  state: of.row.state,
  entries: counts[0],
  photos: counts[1],
  photos_here: counts[2],
  files: 1,
  files_here: 1,
  signatures: 3,
  signatures_here: 3,
})

const missing = (n: number, of: T.InspectionDetail, more: Partial<T.DayMissing> = {}): T.DayMissing => ({
  sha256: n.toString(16).padStart(64, '0'),
  kind: 'photo',
  name: `IMG_20${String(40 + n)}.jpg`,
  size: 3_100_000 + n * 83_000,
  arrived: n === 1 ? 1_900_000 : 0,
  inspection: of.row.inspection,
  number: of.row.number,
  firm_name: of.row.firm_name,
  item: 'COLD-02',
  named: `${of.row.day}T08:14:09Z`,
  lost: false,
  ...more,
})

const phone = (n: number, name: string, label: string, more: Partial<T.DayPhone>): T.DayPhone => ({
  feed: `feed${String(n)}`.padEnd(64, '0'),
  device: `phone-${String(n)}`,
  label,
  user: `user-${String(n)}`,
  name,
  unit: 'hangtou',
  unit_name: '航头市场监管所',
  guest: false,
  last_seen: '2026-11-21T10:04:40Z',
  revoked: false,
  entries: 1204 + n,
  receipt: { stored_to: 1204 + n, time: '2026-11-21T10:04:11Z', receipts: 38 },
  agreed: {
    time: '2026-11-21T10:04:12Z',
    manifest: '5be1907c'.repeat(8),
    entries: 1204 + n,
    whole: true,
    since: 0,
  },
  apart: [],
  inspections: [part(sealed, [164, 19, 19])],
  missing: [],
  missing_more: 0,
  ...more,
})

export function day(date: string): T.DayView {
  const quiet = date !== '' && date < '2026-01-01'
  const word = { manifest: '91c07e3d'.repeat(8), time: '2026-11-20T09:48:31Z', entries: 1040, whole: true }
  return {
    date: date || '2026-11-21',
    now: '2026-11-21T10:20:00Z',
    phones: quiet
      ? []
      : [
          phone(1, '李明哲', '李明哲的手机', {}),
          phone(2, '王思远', '所里 2 号平板', {
            agreed: { ...word, since: 166 },
            inspections: [part(sealed, [12, 4, 1]), part(draft, [58, 8, 8])],
            missing: [
              missing(1, sealed),
              missing(2, sealed),
              missing(3, sealed, { kind: 'signature', name: '王丽华', item: null, size: 25_800 }),
            ],
          }),
          phone(3, '陈一帆', '陈一帆的手机', {
            unit: 'kangqiao',
            unit_name: '康桥市场监管所',
            guest: true,
            agreed: null,
            receipt: null,
            apart: [{ seq: 561, reason: 'entry.limits' }],
            inspections: [part(draft, [20, 2, 1])],
            missing: [missing(9, draft, { lost: true, name: 'IMG_2031.jpg' })],
          }),
        ],
  }
}
