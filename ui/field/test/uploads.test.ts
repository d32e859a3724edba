import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PaperEngine } from '../dev/engine'
import { standOn } from '../host'
import { useInspection } from '../state/inspection'
import { base64, sliceBytes, useUploads } from '../state/uploads'

let engine: PaperEngine
beforeEach(async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true, advanceTimeDelta: 50 })
  engine = new PaperEngine()
  engine.start('i1')
  standOn(engine)
  setActivePinia(createPinia())
  await useInspection().open('i1')
})
afterEach(() => {
  vi.useRealTimers()
})

const bytes = new Uint8Array(2 * sliceBytes + 1000).map((_, n) => (n * 31) % 251)
const jpeg = (name = 'IMG_2041.jpg'): File => new File([bytes], name, { type: 'image/jpeg' })
const slices = (): { offset: number; data: string }[] =>
  engine.asked.filter((a) => a.verb === 'attach_slice').map((a) => a.args as { offset: number; data: string })
const done = (): Promise<void> =>
  vi.waitUntil(() => !useUploads().busy, { timeout: 20_000 }).then(() => undefined)

describe('a picture on its way into the engine', () => {
  it('goes in order, in slices of 512 KiB that put together are the file, and ends as evidence of its item', async () => {
    useUploads().add('i1', 'COLD-01', 'camera', [jpeg()])
    await done()
    expect(slices().map((s) => s.offset)).toEqual([0, sliceBytes, 2 * sliceBytes])
    const whole = slices()
      .map((s) => atob(s.data))
      .join('')
    expect(whole.length).toBe(bytes.length)
    expect([...whole].every((c, n) => c.charCodeAt(0) === bytes[n])).toBe(true)
    expect(useInspection().item('COLD-01')?.state.evidence).toHaveLength(1)
    expect(useUploads().list).toHaveLength(0)
  })

  it('sends a slice again from the same offset when the failure passes by itself', async () => {
    engine.fail('attach_slice', 'hq.busy', 2, 'later')
    useUploads().add('i1', 'COLD-01', 'camera', [jpeg()])
    await done()
    expect(slices().map((s) => s.offset)).toEqual([0, 0, 0, sliceBytes, 2 * sliceBytes])
    expect(useInspection().item('COLD-01')?.state.evidence).toHaveLength(1)
  })

  it('stops at a failure that a person must cure, and goes on where it stopped', async () => {
    engine.fail('attach_slice', 'disk.io')
    useUploads().add('i1', 'COLD-01', 'camera', [jpeg()])
    await done()
    const [stuck] = useUploads().list
    expect(stuck).toMatchObject({ state: 'failed', sent: 0 })
    expect(stuck?.failure?.code).toBe('disk.io')
    useUploads().resume(stuck?.key ?? 0)
    await done()
    expect(engine.asked.filter((a) => a.verb === 'attach_begin')).toHaveLength(1)
    expect(useInspection().item('COLD-01')?.state.evidence).toHaveLength(1)
  })

  it('begins anew once there is room again: of what did not fit the engine kept nothing', async () => {
    engine.fail('attach_slice', 'attach.no_room')
    useUploads().add('i1', 'COLD-01', 'camera', [jpeg()])
    await done()
    const [stuck] = useUploads().list
    expect(stuck).toMatchObject({ state: 'failed', sent: 0, upload: null })
    useUploads().resume(stuck?.key ?? 0)
    await done()
    expect(engine.asked.filter((a) => a.verb === 'attach_begin')).toHaveLength(2)
    expect(useInspection().item('COLD-01')?.state.evidence).toHaveLength(1)
  })

  it('is taken back at the engine when the person leaves it', async () => {
    engine.fail('attach_slice', 'disk.io')
    useUploads().add('i1', 'COLD-01', 'camera', [jpeg()])
    await done()
    await useUploads().cancel(useUploads().list[0]?.key ?? 0)
    expect(engine.asked.some((a) => a.verb === 'attach_cancel')).toBe(true)
    expect(useUploads().list).toHaveLength(0)
    expect(useInspection().item('COLD-01')?.state.evidence).toHaveLength(0)
  })

  it('waits for the one before it: two pictures are never in memory at once', async () => {
    useUploads().add('i1', 'COLD-01', 'camera', [jpeg('1.jpg'), jpeg('2.jpg')])
    await done()
    const verbs = engine.asked
      .map((a) => a.verb)
      .filter((v) => v.startsWith('attach') && v !== 'attach_slice')
    expect(verbs).toEqual(['attach_begin', 'attach_end', 'attach_begin', 'attach_end'])
  })

  it('tells a picture from a logger file by what it is, not by where it came from', async () => {
    const csv = new File(['time,℃\n'], '1号库.csv', { type: 'text/csv' })
    const heic = new File([bytes.slice(0, 10)], 'IMG_1.HEIC', { type: '' })
    useUploads().add('i1', 'COLD-05', 'import', [csv, heic])
    await done()
    const kinds = engine.asked
      .filter((a) => a.verb === 'attach_begin')
      .map((a) => (a.args as { kind: string }).kind)
    expect(kinds).toEqual(['file', 'photo'])
  })

  it('encodes bytes that no stack could take in one call', () => {
    const big = new Uint8Array(300_000).fill(255)
    expect(atob(base64(big)).length).toBe(300_000)
  })
})
