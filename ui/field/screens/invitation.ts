// The invitation as it is typed from paper, joined into the text that a QR code would carry.
export interface TypedInvitation {
  url: string
  ca: string
  secret: string
}

export function invitationText({ url, ca, secret }: TypedInvitation): string {
  if (!url.trim() || !ca.trim() || !secret.trim()) return ''
  const plain = url.trim().replace(/\/+$/, '')
  const address = /^https?:\/\//.test(plain) ? plain : `https://${plain}`
  const fingerprint = ca.replace(/[^0-9a-fA-F]/g, '').toLowerCase()
  return `xuncha:enrol?url=${address}&ca=${fingerprint}&secret=${secret.replace(/\s+/g, '').toUpperCase()}`
}
