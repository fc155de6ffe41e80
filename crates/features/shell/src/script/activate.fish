# Puts goward's shims first in PATH, once, and keeps other Go installations from getting before them.
# Sets nothing else of the environment. Starts no process.
set -g __goward_shims @shims@
set -g __goward_home @home@
set -g __goward_program @program@
set -g __goward_path
set -g __goward_seen
set -g __goward_moves 0
set -g __goward_started

function __goward_front
    set -l rest
    for folder in $PATH
        if test "$folder" != "$__goward_shims"
            set -a rest $folder
        end
    end
    set -gx PATH $__goward_shims $rest
end

# PATH is not what it was at the last prompt.
function __goward_check
    set -l rival
    if test "$GOWARD_HOOK" = off; or test -n "$DIRENV_DIR$IN_NIX_SHELL"
        # Somebody else's choice.
    else if contains -- $__goward_shims $PATH
        for folder in $PATH
            if test "$folder" = "$__goward_shims"
                break
            end
            if test -f "$folder/go"; and test -x "$folder/go"; and test (string sub -l (math (string length -- "$__goward_home") + 1) -- "$folder") != "$__goward_home/"
                and test (builtin realpath "$folder") != (builtin realpath "$__goward_shims")
                set rival $folder
                break
            end
        end
    else if test -z "$__goward_started"
        # config.fish has set PATH anew after the activation.
        __goward_front
    end
    if test -n "$rival"; and test $__goward_moves -lt 3
        __goward_front
        if test -n "$__goward_started"
            set -g __goward_moves (math $__goward_moves + 1)
            echo "goward: its shims are before $rival in PATH again; GOWARD_HOOK=off leaves PATH alone" >&2
        end
    end
    set -g __goward_started 1
    set -g __goward_path "$PATH"
end

# With GOWARD_PROMPT set: what `goward current` says, asked when the folder, its .go-version or the default change.
function __goward_prompt
    set -l now $PWD
    set -l text
    if test -f "$__goward_home/current/generation.json"
        read -z -n 80 text <"$__goward_home/current/generation.json"
        set -a now $text
    end
    if test -f .go-version; and test -r .go-version
        read -z -n 80 text <.go-version
        set -a now $text
    end
    if test "$now" != "$__goward_seen"
        set -g __goward_seen "$now"
        set -g GOWARD_PROMPT_VERSION ($__goward_program current --quiet </dev/null 2>/dev/null)
    end
end

function __goward_hook --on-event fish_prompt
    if test "$PATH" != "$__goward_path"
        __goward_check
    end
    if test -n "$GOWARD_PROMPT"
        __goward_prompt
    end
end

__goward_front
