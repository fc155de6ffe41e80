# Puts goward's shims first in PATH, once. Sets nothing else of the environment, and defines Use-GoVersion.
# Starts no process.
& {
    $shims = @shims@
    $separator = [System.IO.Path]::PathSeparator
    $rest = @("$env:PATH".Split($separator) | Where-Object { $_ -ne $shims -and $_ -ne '' })
    $env:PATH = (@($shims) + $rest) -join $separator
}
# Use-GoVersion 1.26: this session uses that version; without an argument, what the folder asks for again.
function global:Use-GoVersion {
    param([string] $Version)
    if ($Version) { $env:GOWARD_VERSION = $Version } else { Remove-Item Env:GOWARD_VERSION -ErrorAction SilentlyContinue }
}
# The completions, where `goward setup` has written them.
& {
    $completions = Join-Path @home@ 'shell' | Join-Path -ChildPath 'complete.ps1'
    if (Test-Path -LiteralPath $completions) { . $completions }
}
