# Puts goward's shims first in PATH, once. Sets nothing else of the environment. Starts no process.
& {
    $shims = @shims@
    $separator = [System.IO.Path]::PathSeparator
    $rest = @("$env:PATH".Split($separator) | Where-Object { $_ -ne $shims -and $_ -ne '' })
    $env:PATH = (@($shims) + $rest) -join $separator
}
