#!/usr/bin/env node
import '../dist/services/client/main.js';
