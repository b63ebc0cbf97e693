import { ExitCode, UsageError } from '../exit-code.js';
import { FORMS } from '../settings.js';
import { required, type Verb } from '../verb.js';

/** A script for the shell; it asks `relevo` for keys, so that they are current. */
export function completionOf(verbs: () => readonly Verb[]): Verb {
  return {
    name: 'completion',
    usage: '<shell>',
    summary: 'print the completion script for bash or zsh: source <(relevo completion bash)',
    completes: 'none',
    run({ print }, args) {
      const shell = required(args, 0);
      if (shell === 'bash') print.line(bashScript(verbs()));
      else if (shell === 'zsh')
        print.line(`autoload -Uz bashcompinit\nbashcompinit\n${bashScript(verbs())}`);
      else
        throw new UsageError(
          `there is no completion for "${shell}"; there is one for bash and zsh`,
        );
      return Promise.resolve(ExitCode.ok);
    },
  };
}

const OPTIONS =
  '--endpoints --node --timeout --consistency --output --request-id --key64 --value64 --help --version';

/** zsh understands it through bashcompinit. */
function bashScript(verbs: readonly Verb[]): string {
  const names = verbs.flatMap((verb) => [verb.name, ...(verb.aliases ?? [])]);
  const withKeys = verbs
    .filter((verb) => verb.completes === 'key')
    .flatMap((verb) => [verb.name, ...(verb.aliases ?? [])]);
  return `_relevo() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"
  case "$before" in
    -o|--output) COMPREPLY=($(compgen -W '${FORMS.join(' ')}' -- "$current")); return ;;
    --consistency) COMPREPLY=($(compgen -W 'linearizable stale' -- "$current")); return ;;
    completion) COMPREPLY=($(compgen -W 'bash zsh' -- "$current")); return ;;
    ${withKeys.join('|')})
      [[ "$current" == -* ]] || { COMPREPLY=($(relevo --timeout 500ms -o raw ls --keys --limit 50 -- "$current" 2>/dev/null)); return; } ;;
  esac
  if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W '${OPTIONS}' -- "$current"))
  elif [[ "$COMP_CWORD" -eq 1 ]]; then COMPREPLY=($(compgen -W '${names.join(' ')} help' -- "$current"))
  else COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -F _relevo relevo`;
}
