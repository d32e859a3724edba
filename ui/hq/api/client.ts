// HQ's routes, one function each, in the order of hq/src/api/routes.rs.
import type * as T from '@bindings/hq'
import { call, withQuery, type Query } from './http'

const at = encodeURIComponent

export const api = {
  signIn: (body: T.SignIn) => call<T.Me>('POST', '/api/session', body),
  signOut: () => call<undefined>('DELETE', '/api/session'),
  me: () => call<T.Me>('GET', '/api/me'),
  changePassword: (body: T.PasswordChange) => call<undefined>('POST', '/api/me/password', body),
  sessions: () => call<T.SessionList>('GET', '/api/sessions'),
  revokeSession: (session: string) => call<undefined>('DELETE', `/api/sessions/${at(session)}`),
  status: () => call<T.Status>('GET', '/api/status'),

  users: () => call<T.UserList>('GET', '/api/users'),
  createUser: (body: T.UserCreate) => call<T.UserRow>('POST', '/api/users', body),
  disableUser: (user: T.UserId) => call<undefined>('POST', `/api/users/${at(user)}/disable`),
  enableUser: (user: T.UserId) => call<undefined>('POST', `/api/users/${at(user)}/enable`),
  resetPassword: (user: T.UserId, body: T.PasswordReset) =>
    call<undefined>('POST', `/api/users/${at(user)}/password`, body),
  units: () => call<T.UnitList>('GET', '/api/units'),
  createUnit: (body: T.UnitCreate) => call<T.UnitRow>('POST', '/api/units', body),

  firms: (query: Query) => call<T.FirmPage>('GET', withQuery('/api/firms', query)),
  firm: (firm: T.FirmId) => call<T.FirmDetail>('GET', `/api/firms/${at(firm)}`),
  suspendFirm: (firm: T.FirmId, body: T.FirmSuspend) =>
    call<T.FirmDetail>('POST', `/api/firms/${at(firm)}/suspend`, body),
  reopenFirm: (firm: T.FirmId, body: T.FirmReopen) =>
    call<T.FirmDetail>('POST', `/api/firms/${at(firm)}/reopen`, body),
  proposal: (firm: T.FirmId, query: Query) =>
    call<T.TaskProposal>('GET', withQuery(`/api/firms/${at(firm)}/proposal`, query)),
  library: () => call<T.LibraryView>('GET', '/api/library'),

  tasks: (query: Query) => call<T.TaskPage>('GET', withQuery('/api/tasks', query)),
  createTask: (body: T.TaskCreate) => call<T.TaskRow>('POST', '/api/tasks', body),
  task: (task: T.TaskId) => call<T.TaskRow>('GET', `/api/tasks/${at(task)}`),
  withdrawTask: (task: T.TaskId, body: T.TaskWithdraw) =>
    call<undefined>('POST', `/api/tasks/${at(task)}/withdraw`, body),

  inspections: (query: Query) => call<T.InspectionPage>('GET', withQuery('/api/inspections', query)),
  inspection: (id: T.InspectionId) => call<T.InspectionDetail>('GET', `/api/inspections/${at(id)}`),
  timeline: (id: T.InspectionId, query: Query) =>
    call<T.TimelinePage>('GET', withQuery(`/api/inspections/${at(id)}/timeline`, query)),
  record: (id: T.InspectionId) => call<T.RecordText>('GET', `/api/inspections/${at(id)}/record`),
  verify: (id: T.InspectionId) => call<T.VerifyReport>('POST', `/api/inspections/${at(id)}/verify`),

  day: (query: Query) => call<T.DayView>('GET', withQuery('/api/day', query)),
  devices: () => call<T.DeviceList>('GET', '/api/devices'),
  revokeDevice: (device: T.DeviceId, body: T.DeviceRevoke) =>
    call<undefined>('POST', `/api/devices/${at(device)}/revoke`, body),
  invitations: () => call<T.InvitationList>('GET', '/api/invitations'),
  invite: (body: T.InvitationCreate) => call<T.InvitationCreated>('POST', '/api/invitations', body),
  cancelInvitation: (invitation: string) => call<undefined>('DELETE', `/api/invitations/${at(invitation)}`),
}

/** Address of a blob's bytes; only within an inspection one may see. */
export function blobUrl(inspection: T.InspectionId, sha256: T.BlobHash): string {
  return withQuery(`/api/blobs/${at(sha256)}`, { inspection })
}
