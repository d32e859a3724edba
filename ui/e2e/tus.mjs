// An upload by the published tus client: cut in the middle, resumed, finished; then a stranger tries. Reads the task as JSON
// from standard input, writes what happened as JSON to standard output. Called by tests/tests/judges/tus.rs with HQ's CA in
// NODE_EXTRA_CA_CERTS.
import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { text } from 'node:stream/consumers'
import { Upload } from 'tus-js-client'

const task = JSON.parse(await text(process.stdin))
const bytes = await readFile(task.file)
const told = {}

/** One client; `until(upload, sent)` may end it early. Answers the upload or throws the client's error. */
function upload({ token, url, until, onAfterResponse }) {
  return new Promise((resolve, reject) => {
    const client = new Upload(bytes, {
      ...(url ? { uploadUrl: url } : { endpoint: task.endpoint }),
      headers: { Authorization: `Bearer ${token}` },
      metadata: task.metadata,
      chunkSize: task.slice,
      // What the cut left in flight may still be arriving: the client's own way to wait for that.
      retryDelays: until ? null : [50, 200, 500, 1000],
      onShouldRetry: (error) => error.originalResponse?.getStatus() === 423,
      onError: reject,
      onSuccess: () => resolve(client),
      onProgress: (sent) => {
        if (!until?.(sent)) return
        until = undefined
        client.abort().then(() => resolve(client), reject)
      },
      onAfterResponse,
    })
    client.start()
  })
}

const refusal = (attempt) =>
  attempt.then(
    () => 'accepted',
    (error) => error.originalResponse?.getStatus() ?? String(error),
  )

const cut = await upload({ token: task.token, until: (sent) => sent > task.cut_after })
told.stranger_resumes = await refusal(upload({ token: task.stranger, url: cut.url }))
told.stranger_creates = await refusal(upload({ token: task.stranger }))
told.sent_after_resuming = 0
let at
await upload({
  token: task.token,
  url: cut.url,
  onAfterResponse: (request, response) => {
    const offset = Number(response.getHeader('Upload-Offset'))
    if (request.getMethod() === 'HEAD') told.resumed_at ??= offset
    else told.sent_after_resuming += offset - at
    at = offset
    told.finished_at = offset
  },
})
process.stdout.write(JSON.stringify(told))
