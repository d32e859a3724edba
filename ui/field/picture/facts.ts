// What was read out of a picture's or file's bytes. It comes as JSON of the engine's making; every field may be absent.
export interface Facts {
  width?: number
  height?: number
  taken?: string
  make?: string
  model?: string
  software?: string
  lat?: number
  lon?: number
  lines?: number
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}

export function readFacts(value: unknown): Facts {
  const from = record(value)
  const gps = record(from['gps'])
  const facts: Facts = {}
  const number = (key: 'width' | 'height' | 'lines' | 'lat' | 'lon', source: unknown): void => {
    if (typeof source === 'number') facts[key] = source
  }
  const text = (key: 'taken' | 'make' | 'model' | 'software'): void => {
    const source = from[key]
    if (typeof source === 'string' && source !== '') facts[key] = source
  }
  number('width', from['width'])
  number('height', from['height'])
  number('lines', from['lines'])
  number('lat', gps['lat'])
  number('lon', gps['lon'])
  text('taken')
  text('make')
  text('model')
  text('software')
  return facts
}
