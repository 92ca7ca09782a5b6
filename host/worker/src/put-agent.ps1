# The agent of this worker: {name}.exe, of the SHA-256 {sum}. With lines of base64 on standard input it is made of them;
# without any, agents of jobs that were interrupted are ended, for they hold the disks and the port. Prints where it lies;
# exit status 3: nowhere, or something else does.
$ErrorActionPreference = 'Stop'
$path = Join-Path $env:SystemRoot 'Temp\gyre-{name}.exe'
$lines = @($input)
if ($lines.Count -eq 0) {
    foreach ($agent in @(Get-Process | Where-Object { $_.ProcessName -like 'gyre-agent-*' })) {
        $agent.Kill()
        [void]$agent.WaitForExit(30000)
    }
} else {
    $file = [IO.File]::Create($path)
    try {
        foreach ($line in $lines) {
            $bytes = [Convert]::FromBase64String($line)
            $file.Write($bytes, 0, $bytes.Length)
        }
    } finally {
        $file.Close()
    }
}
if (-not (Test-Path -LiteralPath $path)) { exit 3 }
$hash = [Security.Cryptography.SHA256]::Create()
$file = [IO.File]::OpenRead($path)
try {
    $sum = [BitConverter]::ToString($hash.ComputeHash($file)).Replace('-', '')
} finally {
    $file.Close()
}
if ($sum -ne '{sum}') { exit 3 }
[Console]::Out.Write($path)
