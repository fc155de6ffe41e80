# What activate.zsh needs now and then: read the first time that it does.
__goward_front() {
  emulate -L zsh
  local rest=":${PATH-}:"
  while [[ $rest == *":$__goward_shims:"* ]]; do
    rest="${rest%%":$__goward_shims:"*}:${rest#*":$__goward_shims:"}"
  done
  rest=${rest#:}
  rest=${rest%:}
  PATH=$__goward_shims${rest:+:$rest}
}

# PATH is not what it was at the last prompt.
__goward_check() {
  emulate -L zsh
  local before=":${PATH-}:" rival='' folder=''
  if [[ ${GOWARD_HOOK-} == off || -n ${DIRENV_DIR-}${IN_NIX_SHELL-} ]]; then
    before=''
  elif [[ $before == *":$__goward_shims:"* ]]; then
    before=${before%%":$__goward_shims:"*}:
  elif [[ -z $__goward_started ]]; then
    # A profile has set PATH anew after the activation.
    __goward_front
    before=''
  else
    # The user has taken the shims out.
    before=''
  fi
  while [[ -n $before ]]; do
    folder=${before%%:*}
    before=${before#*:}
    if [[ -n $folder && $folder != "$__goward_home"/* && -f $folder/go && -x $folder/go ]] &&
      [[ ! $folder -ef $__goward_shims ]]; then
      rival=$folder
      break
    fi
  done
  if [[ -n $rival && $__goward_moves -lt 3 ]]; then
    __goward_front
    if [[ -n $__goward_started ]]; then
      __goward_moves=$((__goward_moves + 1))
      builtin printf 'goward: its shims are before %s in PATH again; GOWARD_HOOK=off leaves PATH alone\n' "$rival" >&2
    fi
  fi
  __goward_path=${PATH-}
}

# With GOWARD_PROMPT set: what `goward current` says, asked when the folder, its .go-version or the default change.
__goward_prompt() {
  emulate -L zsh
  local now=$PWD text=''
  if [[ -f $__goward_home/current/generation.json ]]; then
    read -r -k 80 -u 0 text <"$__goward_home/current/generation.json" || :
    now=$now$'\n'$text
  fi
  if [[ -f .go-version && -r .go-version ]]; then
    read -r -k 80 -u 0 text <.go-version || :
    now=$now$'\n'$text
  fi
  if [[ $now != "$__goward_seen" ]]; then
    __goward_seen=$now
    typeset -g GOWARD_PROMPT_VERSION
    GOWARD_PROMPT_VERSION=$("$__goward_program" current --quiet </dev/null 2>/dev/null) || GOWARD_PROMPT_VERSION=''
  fi
}

__goward_act() {
  emulate -L zsh
  case $1 in
    front) __goward_front ;;
    *)
      if [[ ${PATH-} != "$__goward_path" ]]; then
        __goward_check
      fi
      if [[ -n ${GOWARD_PROMPT-} ]]; then
        __goward_prompt
      fi
      ;;
  esac
}
