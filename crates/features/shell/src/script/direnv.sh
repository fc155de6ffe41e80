# use goward [REQUEST]: puts the chosen toolchain's own bin first in PATH, and loads the folder anew when a file that
# decides changes. Without a request, what the folder asks for. Installs nothing.
use_goward() {
  local tree file found program=@program@
  if [[ ! -x $program ]]; then
    program=goward
  fi
  for file in go.work go.mod .go-version .tool-versions .mise.local.toml mise.local.toml .mise.toml mise.toml \
    mise/config.toml .mise/config.toml .config/mise.toml .config/mise/config.toml .prototools; do
    watch_file "$file"
    if found=$(find_up "$file"); then
      watch_file "$found"
    fi
  done
  watch_file @home@/current/generation.json
  if ! tree=$("$program" where "$@"); then
    log_error "goward has no toolchain for ${*:-this folder}; \`goward install $*\` gets one"
    return 1
  fi
  PATH_add "$tree/bin"
  # What `goward run` sets besides: folders of `isolate.*`, and GOTOOLCHAIN where a version is named.
  eval "$(GOWARD_VERSION="${1-${GOWARD_VERSION-}}" "$program" env --shell bash)"
}
