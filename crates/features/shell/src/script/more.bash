# The rest is read when it is needed: a shell that starts does not pay for it.
__goward_act() {
  # Where that file says nothing, nothing is done.
  __goward_act() { :; }
  if [[ -r @hook@ ]]; then
    . @hook@
    __goward_act "$1"
  elif [[ $1 == front ]]; then
    PATH=$__goward_shims:$PATH
  fi
}
