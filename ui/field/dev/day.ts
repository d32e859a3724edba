// A day on paper: three firms, as far as headquarters has them.
import type { DayCounts, DayFile, DayInspection, DayView, OnlyHere } from '@bindings/field'

const counts = (
  inspections: number,
  entries: number,
  photos: number,
  files = 0,
  signatures = 0,
): DayCounts => ({
  inspections,
  entries,
  photos,
  files,
  signatures,
})

const firm = (
  n: number,
  name: string,
  stage: DayInspection['stage'],
  here: DayCounts,
  at_hq: DayCounts,
): DayInspection => ({
  id: `0193-0${String(n)}`,
  number: `JC-440305-20261121-7f3a-0${String(n)}`,
  firm: name,
  stage,
  of_day: true,
  here,
  at_hq,
})

const nothing: OnlyHere = { inspections: 0, photos: 0, files: 0, entries: 0, bytes: 0 }

export function emptyDay(): DayView {
  return {
    date: '2026-11-21',
    inspections: [],
    here: counts(0, 0, 0),
    at_hq: counts(0, 0, 0),
    only_here: nothing,
    files: [],
    apart: [],
    refused: [],
    agreed: null,
    since: 0,
    compared: null,
    last_contact: null,
  }
}

const file = (n: number, kind: DayFile['kind'], name: string, item: string | null): DayFile => ({
  sha256: n.toString(16).padStart(64, '0'),
  kind,
  name,
  size: kind === 'photo' ? 3_100_000 + n * 83_000 : 18_000 + n * 977,
  inspection: '0193-01',
  firm: '康源医疗器械',
  item,
  here: true,
  lost: false,
})

/** Evening: seven photos, a logger's file and a signature are still only here. */
export function waitingDay(): DayView {
  const rows = [
    firm(1, '康源医疗器械', 'sealed', counts(1, 164, 19, 1, 3), counts(0, 164, 12, 0, 2)),
    firm(2, '南岭区人民医院', 'sealed', counts(1, 131, 14, 0, 3), counts(1, 131, 14, 0, 3)),
    firm(3, '明视眼镜（工业三路店）', 'draft', counts(1, 58, 8), counts(0, 40, 8)),
  ]
  const photos = [2041, 2042, 2043, 2044, 2045, 2046].map((n, i) =>
    file(i, 'photo', `IMG_${String(n)}.jpg`, 'COLD-02'),
  )
  const lost = { ...file(9, 'photo', 'IMG_2031.jpg', null), lost: true }
  const files = [
    ...photos,
    file(7, 'file', '2号冷库温度记录-11-20.csv', 'COLD-05'),
    file(8, 'signature', '王丽华', null),
    lost,
  ]
  return {
    ...emptyDay(),
    inspections: rows,
    here: counts(3, 353, 41, 1, 6),
    at_hq: counts(1, 335, 34, 0, 5),
    only_here: { inspections: 2, photos: 7, files: 2, entries: 18, bytes: 24_300_000 },
    files,
    agreed: {
      time: '2026-11-20T17:48:31+08:00',
      entries: 1204,
      blobs: 212,
      whole: true,
      manifest: '91c07e3d'.repeat(8),
    },
    since: 353,
    compared: '2026-11-20T17:48:31+08:00',
    last_contact: '2026-11-21T16:20:08+08:00',
  }
}

export function closedDay(): DayView {
  const day = waitingDay()
  const rows = day.inspections.map((row) => ({ ...row, at_hq: row.here }))
  return {
    ...day,
    inspections: rows,
    at_hq: day.here,
    only_here: nothing,
    files: [],
    agreed: {
      time: '2026-11-21T18:04:12+08:00',
      entries: 1557,
      blobs: 262,
      whole: true,
      manifest: '5be1907c'.repeat(8),
    },
    since: 0,
    compared: '2026-11-21T18:04:12+08:00',
  }
}

/** HQ keeps an entry apart and lost a photo this phone let go. */
export function troubledDay(): DayView {
  const day = waitingDay()
  const away = { ...file(9, 'photo', 'IMG_2031.jpg', null), lost: true, here: false }
  return {
    ...day,
    files: [away],
    only_here: { inspections: 1, photos: 1, files: 0, entries: 2, bytes: away.size },
    apart: [{ seq: 1561, reason: 'entry.limits', inspection: '0193-01', firm: '康源医疗器械' }],
  }
}
