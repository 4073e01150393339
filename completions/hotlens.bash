# bash completion for hotlens
# shellcheck shell=bash

_hotlens_runs() {
  hotlens runs --json 2>/dev/null | grep -o '"id":[0-9]*' | cut -d: -f2
  echo last
}

_hotlens_subcommand() {
  local i
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ ${COMP_WORDS[i]} != -* ]]; then
      echo "${COMP_WORDS[i]}"
      return
    fi
  done
}

_hotlens() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local subcommand options='' i
  subcommand=$(_hotlens_subcommand)
  COMPREPLY=()

  # Behind "--" stands a program with arguments of its own.
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ ${COMP_WORDS[i]} == -- ]]; then
      mapfile -t COMPREPLY < <(compgen -c -f -- "$current")
      return
    fi
  done

  case $previous in
    --format)
      mapfile -t COMPREPLY < <(compgen -W 'raw collapsed json html svg' -- "$current")
      return
      ;;
    --sampler)
      mapfile -t COMPREPLY < <(compgen -W 'auto attach launch' -- "$current")
      return
      ;;
    --pid)
      mapfile -t COMPREPLY < <(compgen -W "$(pgrep -f python 2>/dev/null)" -- "$current")
      return
      ;;
    --db | --lines | -o | --output | --py-spy)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
  esac

  case $subcommand in
    '') options='record runs show flame top import export label pin rm purge doctor serve exec
      --help --version' ;;
    record) options='--pid --rate --duration --sampler --idle --gil --native --nonblocking --sudo
      --label --no-threads --no-subprocesses --py-spy --install-py-spy --cwd --workspace --no-sources
      --grace --quiet --list --json --db --help --' ;;
    runs) options='--limit --all --workspace --json --db --help' ;;
    show) options="--lines --callers --total --limit --json --db --help $(_hotlens_runs)" ;;
    flame) options="--inverted --function --focus --hide --own --merge --lines --search --interactive --width
      --json --limit --db --help $(_hotlens_runs)" ;;
    top) options="--rate --idle --total --all --py-spy --db --help -- $(pgrep -f python 2>/dev/null)" ;;
    export) options="--format --output --nodes --with-source --with-command --db --help $(_hotlens_runs)" ;;
    label) options="--remove --db --help $(_hotlens_runs)" ;;
    pin) options="--off --db --help $(_hotlens_runs)" ;;
    rm) options="--db --help $(_hotlens_runs)" ;;
    purge) options='--workspace --all --yes --db --help' ;;
    doctor) options='--json --db --help' ;;
    serve) options='--stdio --db --help' ;;
    import)
      mapfile -t COMPREPLY < <(compgen -W '--rate --title --no-sources --json --db --help' -f -- "$current")
      return
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
}

complete -o default -F _hotlens hotlens
