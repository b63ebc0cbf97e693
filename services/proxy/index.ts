/** The proxy's doors: the pure router, and (process.ts) a proxy in this process. */
export { Router } from './router.js';
export type { RouterDump } from './router/dump.js';
export { ROUTER_RULES, type RouterRules, type Standing } from './router/rules.js';
export {
  ROUTER_DEFAULTS,
  type RouterConfig,
  type RouterEvent,
  type RouterNodeView,
  type RouterPorts,
  type RouterReport,
  type RouterView,
} from './router/types.js';
