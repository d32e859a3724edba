// Every page has an address of its own; what a role may not see it is sent away from.
import { createRouter, createWebHistory, type RouteRecordRaw, type Router } from 'vue-router'
import { useMe } from './session/me'

declare module 'vue-router' {
  interface RouteMeta {
    /** Key under `page` in the words: the document's title. */
    title?:
      | 'inspections'
      | 'inspection'
      | 'tasks'
      | 'taskNew'
      | 'task'
      | 'firms'
      | 'firm'
      | 'day'
      | 'devices'
      | 'people'
      | 'account'
    /** Who may open it; nobody named: whoever is signed in. */
    needs?: 'leads' | 'admin' | 'nobody'
    /** Without the frame of the pages. */
    bare?: boolean
  }
}

export const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/inspections' },
  {
    path: '/sign-in',
    name: 'sign-in',
    component: () => import('./session/SignIn.vue'),
    meta: { needs: 'nobody', bare: true },
  },
  {
    path: '/inspections',
    name: 'inspections',
    component: () => import('./inspections/InspectionsPage.vue'),
    meta: { title: 'inspections' },
  },
  {
    path: '/inspections/:id',
    component: () => import('./inspection/InspectionPage.vue'),
    props: true,
    meta: { title: 'inspection' },
    children: [
      { path: '', name: 'inspection', component: () => import('./inspection/ItemsTab.vue') },
      { path: 'evidence', name: 'evidence', component: () => import('./inspection/EvidenceTab.vue') },
      { path: 'timeline', name: 'timeline', component: () => import('./inspection/TimelineTab.vue') },
      { path: 'record', name: 'record', component: () => import('./inspection/RecordTab.vue') },
      { path: 'firm', name: 'firm', component: () => import('./inspection/FirmTab.vue') },
    ],
  },
  {
    path: '/inspections/:id/print',
    name: 'print',
    component: () => import('./print/PrintPage.vue'),
    props: true,
    meta: { title: 'inspection', bare: true },
  },
  {
    path: '/tasks',
    name: 'tasks',
    component: () => import('./tasks/TasksPage.vue'),
    meta: { title: 'tasks' },
  },
  {
    path: '/tasks/new',
    name: 'task-new',
    component: () => import('./tasks/NewTaskPage.vue'),
    meta: { title: 'taskNew', needs: 'leads' },
  },
  {
    path: '/tasks/:id',
    name: 'task',
    component: () => import('./tasks/TaskPage.vue'),
    props: true,
    meta: { title: 'task' },
  },
  {
    path: '/firms',
    name: 'firms',
    component: () => import('./firms/FirmsPage.vue'),
    meta: { title: 'firms' },
  },
  {
    path: '/firms/:id',
    name: 'firm-page',
    component: () => import('./firms/FirmPage.vue'),
    props: true,
    meta: { title: 'firm' },
  },
  {
    path: '/day',
    name: 'day',
    component: () => import('./day/DayPage.vue'),
    meta: { title: 'day' },
  },
  {
    path: '/devices',
    name: 'devices',
    component: () => import('./devices/DevicesPage.vue'),
    meta: { title: 'devices', needs: 'leads' },
  },
  {
    path: '/people',
    name: 'people',
    component: () => import('./people/PeoplePage.vue'),
    meta: { title: 'people', needs: 'admin' },
  },
  {
    path: '/account',
    name: 'account',
    component: () => import('./people/AccountPage.vue'),
    meta: { title: 'account' },
  },
  { path: '/:rest(.*)*', name: 'not-found', component: () => import('./frame/NotFound.vue') },
]

export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes,
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
  })
  router.beforeEach(async (to) => {
    const session = useMe()
    const me = await session.ask().catch(() => null)
    if (to.meta.needs === 'nobody') return me ? { name: 'inspections' } : true
    if (!me) return { name: 'sign-in', query: { next: to.fullPath } }
    if (to.meta.needs === 'leads' && !session.leads) return { name: 'inspections' }
    if (to.meta.needs === 'admin' && !session.isAdmin) return { name: 'inspections' }
    return true
  })
  return router
}

/** The session ended somewhere else: sign in again and come back here. */
export async function toSignIn(router: Router): Promise<void> {
  const here = router.currentRoute.value
  if (here.name === 'sign-in') return
  useMe().forget()
  await router.push({ name: 'sign-in', query: { next: here.fullPath } })
}
