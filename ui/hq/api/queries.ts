// What pages ask, cached by key. A change invalidates by the first word of the key.
import { keepPreviousData, QueryClient, useInfiniteQuery, useQuery } from '@tanstack/vue-query'
import type { MaybeRefOrGetter } from 'vue'
import { computed, toValue } from 'vue'
import { api } from './client'
import type { Query } from './http'
import { asProblem } from './problem'

export function makeQueryClient(onSignedOut: () => void): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // What time may cure is tried again, twice; the rest is shown at once.
        retry: (count, error) => asProblem(error).retry === 'later' && count < 2,
        throwOnError: (error) => {
          if (asProblem(error).status === 401) onSignedOut()
          return false
        },
      },
    },
  })
  return client
}

interface Page {
  next: string | null
}

function paged<P extends Page>(key: string, query: MaybeRefOrGetter<Query>, ask: (q: Query) => Promise<P>) {
  return useInfiniteQuery({
    queryKey: [key, computed(() => toValue(query))],
    queryFn: ({ pageParam }) => ask({ ...toValue(query), after: pageParam || undefined }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
    placeholderData: keepPreviousData,
  })
}

export const useInspections = (query: MaybeRefOrGetter<Query>) => paged('inspections', query, api.inspections)
export const useFirms = (query: MaybeRefOrGetter<Query>) => paged('firms', query, api.firms)
export const useTasks = (query: MaybeRefOrGetter<Query>) => paged('tasks', query, api.tasks)

export function useTimeline(id: MaybeRefOrGetter<string>) {
  return useInfiniteQuery({
    queryKey: ['inspection', computed(() => toValue(id)), 'timeline'],
    queryFn: ({ pageParam }) => api.timeline(toValue(id), { after: pageParam || undefined }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
  })
}

export const useInspection = (id: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['inspection', computed(() => toValue(id))],
    queryFn: () => api.inspection(toValue(id)),
  })
export const useFirm = (id: MaybeRefOrGetter<string>) =>
  useQuery({ queryKey: ['firm', computed(() => toValue(id))], queryFn: () => api.firm(toValue(id)) })
export const useRecord = (id: MaybeRefOrGetter<string>) =>
  useQuery({
    queryKey: ['inspection', computed(() => toValue(id)), 'record'],
    queryFn: () => api.record(toValue(id)),
  })
export const useTask = (id: MaybeRefOrGetter<string>) =>
  useQuery({ queryKey: ['task', computed(() => toValue(id))], queryFn: () => api.task(toValue(id)) })
export const useUnits = () => useQuery({ queryKey: ['units'], queryFn: api.units, staleTime: 300_000 })
export const useUsers = () => useQuery({ queryKey: ['users'], queryFn: api.users })
export const useLibrary = () => useQuery({ queryKey: ['library'], queryFn: api.library, staleTime: 300_000 })
export const useDay = (query: MaybeRefOrGetter<Query>) =>
  useQuery({
    queryKey: ['day', computed(() => toValue(query))],
    queryFn: () => api.day(toValue(query)),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  })
export const useDevices = () =>
  useQuery({ queryKey: ['devices'], queryFn: api.devices, refetchInterval: 15_000 })
export const useInvitations = () =>
  useQuery({ queryKey: ['invitations'], queryFn: api.invitations, refetchInterval: 15_000 })
export const useSessions = () => useQuery({ queryKey: ['sessions'], queryFn: api.sessions })
export const useStatus = () =>
  useQuery({ queryKey: ['status'], queryFn: api.status, refetchInterval: 60_000 })
