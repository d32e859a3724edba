import type { SameKeys } from '../i18n'
import type zh from './zh-CN'

const words: SameKeys<typeof zh> = {
  outcome: {
    conforms: 'Conforms',
    non_conforming: 'Does not conform',
    corrected: 'Corrected on site',
    not_applicable: 'Not applicable',
    unchecked: 'Not checked',
  },
  safety: {
    saving: 'Saving',
    local: 'Saved on this phone',
    hq: 'Received by HQ',
  },
  hash: {
    label: 'SHA-256 hash',
    copy: 'Copy the whole hash',
    copied: 'Copied',
  },
  keyItem: 'Key item',
}

export default words
