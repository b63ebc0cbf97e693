/** The words of reports and of the command, in each language. */
import type { Language } from '../language/index.js';

export interface Phrases {
  readonly passed: string;
  readonly failed: string;
  readonly report: string;
  readonly proves: string;
  readonly step: string;
  readonly statement: string;
  readonly verdict: string;
  readonly seen: string;
  readonly at: string;
  readonly took: string;
  readonly timeline: string;
  readonly files: string;
  readonly noFile: string;
  readonly surroundings: string;
  readonly said: string;
  readonly inSimulator: string;
  readonly onProcesses: string;
  readonly run: string;
  readonly withWrongRule: string;
  readonly withRightRule: string;
  readonly clients: string;
  readonly term: string;
  readonly down: string;
  readonly notReached: string;
  readonly otherRun: string;
  readonly legend: string;
}

export const PHRASES: Readonly<Record<Language, Phrases>> = {
  en: {
    passed: 'passed',
    failed: 'FAILED',
    report: 'Evidence report',
    proves: 'What it proves',
    step: 'Step',
    statement: 'Statement',
    verdict: 'Verdict',
    seen: 'What was seen',
    at: 'At',
    took: 'Took',
    timeline: 'Timeline',
    files: 'Data files at the end',
    noFile: 'no checkpoint yet',
    surroundings: 'Where and when',
    said: 'What the nodes said',
    inSimulator: 'in the simulator, in simulated time',
    onProcesses: 'on real processes',
    run: 'The run',
    withWrongRule: 'With the wrong practice',
    withRightRule: 'With the right rule',
    clients: 'clients',
    term: 'term',
    down: 'down',
    notReached: 'not reached',
    otherRun: 'belongs to the other run',
    legend:
      'A colour is a term; a full bar leads, a thin one follows, a half one asks for votes, dots are down.',
  },
  es: {
    passed: 'superado',
    failed: 'FALLIDO',
    report: 'Informe de evidencias',
    proves: 'Qué demuestra',
    step: 'Paso',
    statement: 'Instrucción',
    verdict: 'Resultado',
    seen: 'Qué se ha visto',
    at: 'En',
    took: 'Duración',
    timeline: 'Cronología',
    files: 'Ficheros de datos al final',
    noFile: 'todavía sin punto de control',
    surroundings: 'Dónde y cuándo',
    said: 'Qué han dicho los nodos',
    inSimulator: 'en el simulador, en tiempo simulado',
    onProcesses: 'con procesos reales',
    run: 'La ejecución',
    withWrongRule: 'Con la mala práctica',
    withRightRule: 'Con la regla correcta',
    clients: 'clientes',
    term: 'mandato',
    down: 'caído',
    notReached: 'no alcanzado',
    otherRun: 'pertenece a la otra ejecución',
    legend:
      'Un color es un mandato; una barra llena lidera, una fina sigue, una media pide votos, los puntos son una caída.',
  },
  fr: {
    passed: 'réussi',
    failed: 'ÉCHEC',
    report: 'Rapport de preuves',
    proves: 'Ce que cela prouve',
    step: 'Étape',
    statement: 'Instruction',
    verdict: 'Verdict',
    seen: 'Ce qui a été vu',
    at: 'À',
    took: 'Durée',
    timeline: 'Chronologie',
    files: 'Fichiers de données à la fin',
    noFile: 'pas encore de point de contrôle',
    surroundings: 'Où et quand',
    said: 'Ce que les nœuds ont dit',
    inSimulator: 'dans le simulateur, en temps simulé',
    onProcesses: 'avec de vrais processus',
    run: "L'exécution",
    withWrongRule: 'Avec la mauvaise pratique',
    withRightRule: 'Avec la bonne règle',
    clients: 'clients',
    term: 'mandat',
    down: 'arrêté',
    notReached: 'non atteint',
    otherRun: "appartient à l'autre exécution",
    legend:
      'Une couleur est un mandat ; une barre pleine dirige, une fine suit, une demie demande des voix, les points sont un arrêt.',
  },
};
