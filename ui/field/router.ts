// Where the screens are. Nothing but unlocking and enrolment is reachable while the engine is locked.
import { createRouter, createWebHashHistory, type Router } from 'vue-router'
import { useSession } from './state/session'

export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHashHistory(),
    routes: [
      { path: '/unlock', name: 'unlock', component: () => import('./screens/Unlock.vue') },
      { path: '/enrol', name: 'enrol', component: () => import('./screens/Enrol.vue') },
      {
        path: '/',
        name: 'today',
        component: () => import('./screens/Today.vue'),
        children: [
          { path: 'task/:task', name: 'task', component: () => import('./screens/Task.vue'), props: true },
        ],
      },
      { path: '/new', name: 'new', component: () => import('./screens/NewInspection.vue') },
      {
        path: '/sweep',
        name: 'sweep',
        component: () => import('./screens/Sweep.vue'),
        props: ({ query }) => ({ after: typeof query['after'] === 'string' ? query['after'] : undefined }),
      },
      { path: '/i/:id/door', name: 'door', component: () => import('./screens/Door.vue'), props: true },
      { path: '/guide', name: 'guide', component: () => import('./screens/Guide.vue') },
      {
        path: '/i/:id',
        name: 'inspection',
        component: () => import('./screens/Inspection.vue'),
        props: ({ params }) => ({ id: params['id'] }),
        children: [
          { path: 'item/:code', name: 'item', component: () => import('./screens/Item.vue'), props: true },
        ],
      },
      {
        path: '/i/:id/picture/:evidence',
        name: 'picture',
        component: () => import('./screens/Picture.vue'),
        props: true,
      },
      {
        path: '/i/:id/conclusion',
        name: 'conclusion',
        component: () => import('./screens/Conclusion.vue'),
        props: true,
      },
      { path: '/i/:id/record', name: 'record', component: () => import('./screens/Record.vue'), props: true },
      { path: '/i/:id/sign', name: 'sign', component: () => import('./screens/Sign.vue'), props: true },
      { path: '/laws', name: 'laws', component: () => import('./screens/Laws.vue') },
      { path: '/laws/:law', name: 'law', component: () => import('./screens/Law.vue'), props: true },
      { path: '/search', name: 'search', component: () => import('./screens/Search.vue') },
      {
        path: '/lists/:list/:item',
        name: 'list-item',
        component: () => import('./screens/ListItem.vue'),
        props: true,
      },
      { path: '/numbers', name: 'numbers', component: () => import('./screens/Numbers.vue') },
      { path: '/day', name: 'day', component: () => import('./screens/Day.vue') },
      { path: '/sync', name: 'sync', component: () => import('./screens/Sync.vue') },
      {
        path: '/enrol-again',
        name: 'enrol-again',
        component: () => import('./screens/EnrolAgain.vue'),
      },
      { path: '/settings', name: 'settings', component: () => import('./screens/SettingsScreen.vue') },
      { path: '/:rest(.*)*', redirect: '/' },
    ],
  })
  router.beforeEach((to) => {
    const state = useSession().status?.state
    if (state === 'not_enrolled') return to.name === 'enrol' ? true : { name: 'enrol' }
    if (state !== 'unlocked') return to.name === 'unlock' ? true : { name: 'unlock' }
    return to.name === 'unlock' || to.name === 'enrol' ? { name: 'today' } : true
  })
  return router
}
