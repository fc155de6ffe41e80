# Puts goward's shims first in PATH, once. Sets nothing else. For any POSIX shell, and for desktop
# sessions that read ~/.profile; bash gets its own script from here.
__goward_shims=@shims@
__goward_rest=":${PATH-}:"
while :; do
  case $__goward_rest in
    *":$__goward_shims:"*)
      __goward_rest="${__goward_rest%%":$__goward_shims:"*}:${__goward_rest#*":$__goward_shims:"}" ;;
    *) break ;;
  esac
done
__goward_rest=${__goward_rest#:}
__goward_rest=${__goward_rest%:}
PATH=$__goward_shims${__goward_rest:+:$__goward_rest}
export PATH
unset __goward_rest
if [ -n "${BASH_VERSION-}" ] && [ -r @bash_script@ ]; then
  . @bash_script@
fi
