# Puts goward's shims first in PATH, once, and keeps other Go installations from getting before them.
# Sets nothing else of the environment. Starts no process.
use path
use str
var shims = @shims@
var home = @home@
var program = @program@
var seen-path = ''
var seen = ''
var moves = (num 0)
var started = $false

var front = {
  set paths = [$shims (each {|folder| if (not-eq $folder $shims) { put $folder } } $paths)]
}

# Where a folder's links lead; the name itself where that cannot be told.
var real = {|folder|
  try { path:eval-symlinks $folder } catch { put $folder }
}

# PATH is not what it was at the last prompt.
var check = {
  var rival = ''
  if (or (eq $E:GOWARD_HOOK off) (not-eq $E:DIRENV_DIR$E:IN_NIX_SHELL '')) {
    # Somebody else's choice.
    nop
  } elif (has-value $paths $shims) {
    for folder $paths {
      if (eq $folder $shims) {
        break
      }
      if (and (not-eq $folder '') (not (str:has-prefix $folder $home/)) (has-external $folder/go)) {
        if (not-eq ($real $folder) ($real $shims)) {
          set rival = $folder
          break
        }
      }
    }
  } elif (not $started) {
    # rc.elv has set PATH anew after the activation.
    $front
  }
  if (and (not-eq $rival '') (< $moves 3)) {
    $front
    if $started {
      set moves = (+ $moves 1)
      echo 'goward: its shims are before '$rival' in PATH again; GOWARD_HOOK=off leaves PATH alone' >&2
    }
  }
  set started = $true
  set seen-path = $E:PATH
}

# With GOWARD_PROMPT set: what `goward current` says, asked when the folder, its .go-version or the default change.
var ask = {
  var now = $pwd
  for file [$home/current/generation.json .go-version] {
    # What is not there says nothing.
    try { set now = $now"\n"(slurp < $file | each {|text| put $text[..(if (< 80 (count $text)) { put 80 } else { count $text })] }) } catch { nop }
  }
  if (not-eq $now $seen) {
    set seen = $now
    var answer = ''
    try { set answer = ((external $program) current --quiet 2>/dev/null </dev/null | slurp) } catch { nop }
    set E:GOWARD_PROMPT_VERSION = (str:trim-space $answer)
  }
}

var hook = {
  if (not-eq $E:PATH $seen-path) {
    $check
  }
  if (not-eq $E:GOWARD_PROMPT '') {
    $ask
  }
}

$front
# There is no `edit:` in a shell that is not interactive.
try {
  eval &ns=(ns [&hook=$hook]) 'set edit:before-readline = [$@edit:before-readline $hook]'
} catch {
  nop
}
# The completions, where `goward setup` has written them.
try {
  eval (slurp < $home/shell/complete.elv)
} catch {
  nop
}
