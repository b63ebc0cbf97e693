/** Every attack, in the order in which they are played. */
import type { Attack } from './attack.js';
import { CROWDS } from './crowds.js';
import { FIRST_BYTES } from './first-bytes.js';
import { FRAME_FLOODS } from './floods.js';
import { HTTP_ATTACKS } from './http.js';
import { MESSAGES } from './messages.js';
import { STREAM_ATTACKS } from './streams.js';

export const ATTACKS: readonly Attack[] = [
  ...FIRST_BYTES,
  ...CROWDS,
  ...FRAME_FLOODS,
  ...MESSAGES,
  ...STREAM_ATTACKS,
  ...HTTP_ATTACKS,
];
