/** As `process.env` has it, and as a `.env` reads. */
export type Environment = Readonly<Record<string, string | undefined>>;
