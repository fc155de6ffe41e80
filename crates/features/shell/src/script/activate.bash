# Puts goward's shims first in PATH, once, and keeps other Go installations from getting before them.
# Sets nothing else of the environment. Starts no process.
__goward_shims=@shims@
__goward_home=@home@
__goward_program=@program@
__goward_seen=
__goward_moves=0
__goward_started=

@more@

__goward_hook() {
  local code=$?
  if [[ ${PATH-} != "$__goward_path" || -n ${GOWARD_PROMPT-} ]]; then
    __goward_act look
  fi
  __goward_started=1
  # What comes after this hook sees the status of the last command; under `set -e` that would end the shell.
  if [[ $- == *e* ]]; then
    return 0
  fi
  return "$code"
}

case :${PATH-}: in
  ":$__goward_shims:$__goward_shims:"* | ":$__goward_shims:"*":$__goward_shims:"*) __goward_act front ;;
  ":$__goward_shims:"*) ;;
  *":$__goward_shims:"*) __goward_act front ;;
  ::) PATH=$__goward_shims ;;
  *) PATH=$__goward_shims:$PATH ;;
esac
export PATH
__goward_path=$PATH
if [[ $- == *i* ]]; then
  # An array from bash 5.1 on, if somebody has made it one; the line end keeps what stands there whole.
  if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 501)) && [[ ${PROMPT_COMMAND@a} == *a* ]]; then
    if [[ " ${PROMPT_COMMAND[*]-} " != *__goward_hook* ]]; then
      PROMPT_COMMAND+=(__goward_hook)
    fi
  elif [[ ${PROMPT_COMMAND-} != *__goward_hook* ]]; then
    PROMPT_COMMAND=${PROMPT_COMMAND:+$PROMPT_COMMAND$'\n'}__goward_hook
  fi
fi
