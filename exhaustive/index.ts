/** Small worlds, exhausted. README.md says what is searched, and why that is enough. */
export { BLANK, boundText } from './bound.js';
export type { Bound } from './bound.js';
export { boundOf, FIGURE_8 } from './plan.js';
export { PROPERTIES, Violation } from './properties.js';
export type { Property } from './properties.js';
export { Search } from './search.js';
export type { Figures, Found, SearchOptions, Stage } from './search.js';
export { traceOf } from './trace.js';
