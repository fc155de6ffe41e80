# Puts goward's shims first in PATH, once, and keeps other Go installations from getting before them.
# Sets nothing else of the environment: `__goward` is a record, which nu gives to no other program.
# Starts no process.
do --env {
    let shims = @shims@
    let home = @home@
    let program = @program@
    let separator = (char esep)

    # PATH is not what it was at the last prompt.
    let check = {|state|
        let folders = $env.PATH
        let others = ($env.GOWARD_HOOK? | default '') == 'off' or ($env.DIRENV_DIR? | default '') != '' or ($env.IN_NIX_SHELL? | default '') != ''
        let is_there = ($shims in $folders)
        let rival = if $others or not $is_there { null } else {
            $folders | take until {|folder| $folder == $shims }
            | where {|folder| $folder != '' and not ($folder | str starts-with ($home + '/')) }
            | where {|folder| ($folder | path join go | path expand | path type) == 'file' }
            | where {|folder| ($folder | path expand) != ($shims | path expand) }
            | get 0?
        }
        # At the first prompt config.nu may have set PATH anew; later it is the user who has taken the shims out.
        let lost = not $others and not $is_there and not $state.started
        let move = $lost or ($rival != null and $state.moves < 3)
        let told = $move and $state.started
        if $told {
            print --stderr $"goward: its shims are before ($rival) in PATH again; GOWARD_HOOK=off leaves PATH alone"
        }
        {
            path: (if $move { $folders | where {|folder| $folder != $shims } | prepend $shims } else { $folders })
            moves: (if $told { $state.moves + 1 } else { $state.moves })
        }
    }

    # With GOWARD_PROMPT set: what `goward current` says, asked when the folder, its .go-version or the default change.
    let signature = {||
        [($home + '/current/generation.json') '.go-version'] | each {|file|
            if ($file | path expand | path type) == 'file' {
                # What cannot be read says nothing.
                try { open --raw $file | first 80 | into binary | encode hex } catch { '' }
            } else { '' }
        } | prepend $env.PWD
    }

    let hook = {||
        if $env.PATH != $env.__goward.path {
            let now = (do $check $env.__goward)
            $env.PATH = $now.path
            $env.__goward = ($env.__goward | merge { path: $now.path, moves: $now.moves, started: true })
        }
        if ($env.GOWARD_PROMPT? | default '') != '' {
            let now = (do $signature)
            if $now != $env.__goward.seen {
                let answer = (try { ^$program current --quiet | complete } catch { { exit_code: 1, stdout: '' } })
                $env.GOWARD_PROMPT_VERSION = if $answer.exit_code == 0 { $answer.stdout | str trim } else { '' }
                $env.__goward.seen = $now
            }
        }
    }

    $env.PATH = ($env.PATH | split row $separator | where {|folder| $folder != $shims } | prepend $shims)
    if '__goward' not-in $env {
        $env.__goward = { path: [], seen: [], moves: 0, started: false }
        $env.config = ($env.config | upsert hooks.pre_prompt (($env.config.hooks?.pre_prompt? | default []) | append $hook))
    }
}
