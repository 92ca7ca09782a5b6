#ps1_sysnative
$user = '{user}'
$password = '{password}'
$archive = '{archive}'
$ports = '{ports}'

# Lets gyre's host log in by WinRM over HTTPS. cloudbase-init runs it once, when the worker first boots; it may run again.
# What goes wrong ends it with status 1 and one line, which stands in the log of cloudbase-init with `debug`.

$ErrorActionPreference = 'Stop'
trap {
    [Console]::Error.WriteLine("gyre: line $($_.InvocationInfo.ScriptLineNumber): $($_.Exception.Message)")
    exit 1
}

# An administrator whose password does not expire. The group is asked for by its SID, as its name is translated.
$computer = [ADSI]"WinNT://$env:COMPUTERNAME,computer"
$account = $null
try { $account = $computer.psbase.Children.Find($user, 'User') } catch { $account = $null }
if ($null -eq $account) { $account = $computer.Create('User', $user) }
$account.SetPassword($password)
$account.SetInfo()
# Looked up again: one that was made just now does not know its flags.
$account = [ADSI]"WinNT://$env:COMPUTERNAME/$user,user"
$neverExpires = 0x10000
$account.UserFlags = $account.UserFlags.Value -bor $neverExpires
$account.SetInfo()
$sid = New-Object -TypeName System.Security.Principal.SecurityIdentifier -ArgumentList 'S-1-5-32-544'
$name = $sid.Translate([System.Security.Principal.NTAccount]).Value.Split('\')[-1]
$administrators = [ADSI]"WinNT://$env:COMPUTERNAME/$name,group"
# 0x80070562, as the number with its sign that .NET shows: the account is a member already.
$isMember = -2147023518
try {
    $administrators.Add("WinNT://$env:COMPUTERNAME/$user,user")
} catch {
    if ($_.Exception.GetBaseException().ErrorCode -ne $isMember) { throw }
}

# Without it a local account that logs in over the network is no administrator.
$policies = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System'
New-ItemProperty -Path $policies -Name 'LocalAccountTokenFilterPolicy' -Value 1 -PropertyType 'DWord' -Force | Out-Null

# The key that gyre's host expects, for the computer and not for whoever runs this.
$storage = [System.Security.Cryptography.X509Certificates.X509KeyStorageFlags]'MachineKeySet, PersistKeySet'
$certificate = New-Object -TypeName System.Security.Cryptography.X509Certificates.X509Certificate2
$certificate.Import([Convert]::FromBase64String($archive), $password, $storage)
$store = New-Object -TypeName System.Security.Cryptography.X509Certificates.X509Store -ArgumentList 'My', 'LocalMachine'
$store.Open('ReadWrite')
$store.Add($certificate)
$store.Close()

Set-Service -Name 'WinRM' -StartupType 'Automatic'
Start-Service -Name 'WinRM'
Set-WSManInstance -ResourceURI 'winrm/config/service' -ValueSet @{ AllowUnencrypted = 'false' } | Out-Null
Set-WSManInstance -ResourceURI 'winrm/config/service/auth' -ValueSet @{ Basic = 'true' } | Out-Null
# The agent and what it starts live in one shell.
Set-WSManInstance -ResourceURI 'winrm/config/winrs' -ValueSet @{ MaxMemoryPerShellMB = '2048' } | Out-Null

# One listener, with that certificate.
$listeners = @(Get-WSManInstance -ResourceURI 'winrm/config/Listener' -Enumerate)
foreach ($old in $listeners) {
    if ($old.Transport -eq 'HTTPS') {
        $selector = @{ Address = $old.Address; Transport = 'HTTPS' }
        Remove-WSManInstance -ResourceURI 'winrm/config/Listener' -SelectorSet $selector
    }
}
$selector = @{ Address = '*'; Transport = 'HTTPS' }
$values = @{ Hostname = 'gyre-worker'; CertificateThumbprint = $certificate.Thumbprint }
New-WSManInstance -ResourceURI 'winrm/config/Listener' -SelectorSet $selector -ValueSet $values | Out-Null

# cloudbase-init would next make a listener of its own in place of this one: to it, that is done (1) already. It looks
# there, below the id of this machine, before it runs each of its plugins.
$vendors = 'HKLM:\SOFTWARE\Cloudbase Solutions\Cloudbase-Init', 'HKLM:\SOFTWARE\Wow6432Node\Cloudbase Solutions\Cloudbase-Init'
foreach ($vendor in $vendors) {
    if (Test-Path -Path $vendor) {
        $keys = @(Get-ChildItem -Path $vendor -Recurse | Where-Object { $_.PSChildName -eq 'Plugins' })
        foreach ($key in $keys) {
            New-ItemProperty -Path $key.PSPath -Name 'ConfigWinRMListenerPlugin' -Value 1 -PropertyType 'DWord' -Force | Out-Null
        }
    }
}

# Of the rules with that name there is one. Where there is no firewall there is nothing to open.
$netsh = "$env:SystemRoot\System32\netsh.exe"
& $netsh advfirewall firewall delete rule name=gyre-worker | Out-Null
& $netsh advfirewall firewall add rule name=gyre-worker dir=in action=allow protocol=TCP "localport=$ports" profile=any | Out-Null
if ($LASTEXITCODE -ne 0 -and (Get-Service -Name 'MpsSvc').Status -eq 'Running') { throw 'the firewall takes no rule' }
exit 0
