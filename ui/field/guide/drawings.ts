// Our own drawings for the guide, strokes on a 96 × 64 field. A pair shows the same thing well and badly done.
interface Strokes {
  /** Lines in ink. */
  ink: string
  /** What the eye should go to. */
  point?: string
}

const frame = 'M8 6h80v52H8z'
const shelves =
  'M18 24h60M18 42h60M22 12v12M34 12v12h-8V14h8M46 24V14h10v10M64 24V16h9v8M24 42V30h10v12M44 42V32h9v10M62 42V29h10v13'

export const pairs: Record<string, { good: Strokes; bad: Strokes }> = {
  context: {
    good: { ink: `${frame}${shelves}M18 58V10M78 58V10`, point: 'M40 46h18v9H40zM44 50.5h10' },
    bad: { ink: `${frame}M30 20h36v28H30zM30 28h36` },
  },
  label: {
    good: { ink: `${frame}M20 14h56v36H20z`, point: 'M26 21h30M26 28h44M26 35h36M26 42h22' },
    bad: {
      ink: `${frame}M30 10l48 14-12 34-48-14z`,
      point: 'M36 20q6 4 11 3t12 6M32 30q8 5 12 3t14 7M30 38q6 3 9 2',
    },
  },
  glare: {
    good: { ink: `${frame}M24 14h48v36H24z`, point: 'M30 22h36M30 30h36M30 38h24' },
    bad: {
      ink: `${frame}M24 14h48v36H24zM30 22h8M30 38h6`,
      point:
        'M52 20a10 10 0 1 0 0 20a10 10 0 0 0 0-20M52 13v4M52 43v4M35 30h4M65 30h4M40 18l3 3M64 18l-3 3M40 42l3-3M64 42l-3-3',
    },
  },
  scale: {
    good: {
      ink: `${frame}M30 14h26v24H30z`,
      point: 'M20 44h56v8H20zM27 44v3M34 44v5M41 44v3M48 44v5M55 44v3M62 44v5M69 44v3',
    },
    bad: { ink: `${frame}M34 18h26v24H34z` },
  },
}

export const singles: Record<string, Strokes> = {
  observe: {
    ink: `${shelves}M18 58V10M78 58V10M18 58h60`,
    point: 'M30 50q9-9 18 0q-9 9-18 0M39 47.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 0 0 0-5',
  },
  documents: { ink: 'M26 6h30l12 12v40H26zM56 6v12h12', point: 'M34 28h26M34 36h26M34 44h14M52 46l4 4 9-10' },
  interview: {
    ink: 'M14 10h42v24H34l-8 9v-9H14zM22 18h26M22 26h18',
    point: 'M48 42h34v-18h-18M82 42h-6v8l-8-8M60 34h14',
  },
  sample: {
    ink: 'M12 40h16v16H12zM32 40h16v16H32zM52 40h16v16H52zM72 40h14v16H72zM22 20h16v16H22zM62 20h16v16H62z',
    point: 'M42 4h16v16H42zM50 36V24M45 29l5-5 5 5',
  },
  measure: {
    ink: 'M44 8a6 6 0 0 1 12 0v26a11 11 0 1 1-12 0zM60 14h8M60 22h8M60 30h8',
    point: 'M50 20v20M50 40a4 4 0 1 0 0 8a4 4 0 0 0 0-8',
  },
  system: {
    ink: 'M14 8h68v38H14zM36 58h24M48 46v12',
    point: 'M40 18l16 18M56 18L40 36M48 13a14 14 0 1 0 0 28a14 14 0 0 0 0-28',
  },
  photo: {
    ink: 'M14 18h18l6-8h20l6 8h18v38H14z',
    point: 'M48 24a12 12 0 1 0 0 24a12 12 0 0 0 0-24M48 30a6 6 0 0 0-6 6',
  },
  scan: {
    ink: 'M22 18V10h12M74 18V10H62M22 46v8h12M74 46v8H62',
    point: 'M30 20v24M36 20v24M39 20v24M46 20v24M53 20v24M57 20v24M66 20v24M16 32h64',
  },
}
