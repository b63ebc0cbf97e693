/** Logs, metrics, health and reflection of a process. */
export { addHealth, type SetServing } from './health.js';
export { type HttpFace, type HttpFaceOptions, HTTP_CONNECTIONS, startHttpFace } from './http.js';
export { type LogFields, Logger, type LoggerOptions, type LogLevel } from './logger.js';
export { type BucketReading, type Labels, Metrics, type Reading } from './metrics.js';
export { addReflection } from './reflection.js';
