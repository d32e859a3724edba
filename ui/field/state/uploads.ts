// Pictures and files on their way into the engine: slice by slice, in order, one file at a time (a phone has no memory to
// spare for two). A slice that fails is sent again from the same offset; what fails for good waits for a person.
import type { BlobSource, EvidenceKind, Failure, Place } from '@bindings/field'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { call, failureOf, useHost } from '../host'
import { useInspection } from './inspection'
import { useRoom } from './room'

export const sliceBytes = 512 * 1024
const pauses = [300, 1200, 4000]
/** After these the engine holds nothing of the file any more: again is from the start. */
const forgotten = new Set(['disk.full', 'attach.no_room', 'attach.unknown'])

export interface Upload {
  key: number
  inspection: string
  item: string | null
  kind: EvidenceKind
  source: BlobSource
  name: string
  size: number
  sent: number
  state: 'waiting' | 'sending' | 'failed'
  failure: Failure | null
  upload: string | null
  place: Place | null
}

/** Base64 in pieces: `fromCharCode` over a whole slice would overflow the stack. */
export function base64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  }
  return btoa(text)
}

/** A guess for the screen's sake; the engine judges by the bytes. HEIC often comes without a type. */
function kindOf(file: File, source: BlobSource): EvidenceKind {
  const pictures = /\.(jpe?g|png|hei[cf])$/i
  return source === 'camera' || file.type.startsWith('image/') || pictures.test(file.name) ? 'photo' : 'file'
}

const rest = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms))

export const useUploads = defineStore('uploads', () => {
  const list = ref<Upload[]>([])
  const files = new Map<number, File>()
  let serial = 0
  let working = false

  const of = (inspection: string, item: string | null): Upload[] =>
    list.value.filter((u) => u.inspection === inspection && u.item === item)
  const busy = computed(() => list.value.some((u) => u.state !== 'failed'))

  async function slice(upload: Upload, file: File): Promise<void> {
    const data = base64(new Uint8Array(await file.slice(upload.sent, upload.sent + sliceBytes).arrayBuffer()))
    for (let attempt = 0; ; attempt += 1) {
      try {
        await call('attach_slice', { upload: upload.upload ?? '', offset: upload.sent, data })
        break
      } catch (error) {
        const pause = pauses[attempt]
        if (failureOf(error).retry !== 'later' || pause === undefined) throw error
        await rest(pause)
      }
    }
    upload.sent = Math.min(upload.sent + sliceBytes, upload.size)
  }

  async function send(upload: Upload, file: File): Promise<void> {
    upload.state = 'sending'
    upload.failure = null
    if (upload.upload === null) {
      const { inspection, item, kind, name, size, source } = upload
      upload.place ??= await useHost().place()
      const begun = await call('attach_begin', {
        inspection,
        item,
        kind,
        name,
        size,
        source,
        place: upload.place,
      })
      upload.upload = begun.upload
    }
    while (upload.sent < upload.size) {
      await slice(upload, file)
      if (!list.value.some((u) => u.key === upload.key)) return
    }
    const delta = await call('attach_end', { upload: upload.upload })
    forget(upload.key)
    await useInspection().take(delta)
  }

  async function work(): Promise<void> {
    if (working) return
    working = true
    for (;;) {
      const next = list.value.find((u) => u.state === 'waiting')
      const file = next && files.get(next.key)
      if (!next || !file) break
      try {
        await send(next, file)
      } catch (error) {
        next.state = 'failed'
        next.failure = failureOf(error)
        if (forgotten.has(next.failure.code)) Object.assign(next, { upload: null, sent: 0 })
      }
      void useRoom().look()
    }
    working = false
  }

  function forget(key: number): void {
    files.delete(key)
    list.value = list.value.filter((u) => u.key !== key)
  }

  function add(inspection: string, item: string | null, source: BlobSource, chosen: Iterable<File>): void {
    for (const file of chosen) {
      serial += 1
      files.set(serial, file)
      const kind = kindOf(file, source)
      list.value.push({
        key: serial,
        inspection,
        item,
        kind,
        source,
        name: file.name,
        size: file.size,
        sent: 0,
        state: 'waiting',
        failure: null,
        upload: null,
        place: null,
      })
    }
    void work()
  }

  function resume(key: number): void {
    const upload = list.value.find((u) => u.key === key)
    if (!upload) return
    upload.state = 'waiting'
    void work()
  }

  async function cancel(key: number): Promise<void> {
    const upload = list.value.find((u) => u.key === key)
    forget(key)
    // An upload the engine has already forgotten needs no cancelling.
    if (upload?.upload) await call('attach_cancel', { upload: upload.upload }).catch(() => undefined)
  }

  return { list, busy, of, add, resume, cancel }
})
