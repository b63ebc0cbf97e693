/** The page begins. */
import { render } from 'preact';
import { listenToKeys } from './keyboard.js';
import { startClock } from './state/clock.js';
import { open } from './state/store.js';
import { App } from './views/app.js';

const root = document.getElementById('page');
if (root !== null) render(<App />, root);
startClock();
listenToKeys();
void open();
