$ErrorActionPreference = 'Stop'
$name, $secret = @($input)
$secret = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($secret))
$volumes = Get-WmiObject -Namespace 'root\cimv2\Security\MicrosoftVolumeEncryption' -Class Win32_EncryptableVolume
$volume = $volumes | Where-Object { $_.DeviceID -eq $name -or ($_.DriveLetter + '\') -eq $name }
if (-not $volume) { throw ('BitLocker knows no volume ' + $name) }
if ($volume.UnlockWithNumericalPassword($secret).ReturnValue -eq 0) { exit 0 }
if ($volume.UnlockWithPassphrase($secret).ReturnValue -eq 0) { exit 0 }
exit 7
