# Puts goward's shims first in PATH, once, and keeps other Go installations from getting before them.
# Sets nothing else of the environment. Starts no process. `emulate -L zsh` in each function keeps the
# user's options (nounset, sh_word_split, ksh_arrays, …) out of it.
typeset -g __goward_shims=@shims@
typeset -g __goward_home=@home@
typeset -g __goward_program=@program@
typeset -g __goward_seen=''
typeset -g __goward_moves=0
typeset -g __goward_started=''

@more@

__goward_hook() {
  if [[ "${PATH-}" != "$__goward_path" || -n "${GOWARD_PROMPT-}" ]]; then
    __goward_act look
  fi
  __goward_started=1
  return 0
}

case ":${PATH-}:" in
  (":$__goward_shims:$__goward_shims:"* | ":$__goward_shims:"*":$__goward_shims:"*) __goward_act front ;;
  (":$__goward_shims:"*) ;;
  (*":$__goward_shims:"*) __goward_act front ;;
  (::) PATH="$__goward_shims" ;;
  (*) PATH="$__goward_shims:$PATH" ;;
esac
export PATH
typeset -g __goward_path="$PATH"
if [[ -o interactive ]]; then
  () {
    emulate -L zsh
    typeset -ga precmd_functions
    if (( ! ${precmd_functions[(Ie)__goward_hook]} )); then
      precmd_functions+=(__goward_hook)
    fi
    # zsh has no folder of its own for a user's completions.
    local folder=@scripts@/zsh
    if [[ -r $folder/_goward ]]; then
      (( ${fpath[(Ie)$folder]} )) || fpath+=("$folder")
      autoload -Uz _goward
      if (( ${+functions[compdef]} )); then
        compdef _goward goward
      fi
    fi
  }
fi
