# Pid 1 of a worker: makes a root of its own over this machine's, moves into it, applies the setup
# that arrives on standard input, and becomes Debian's sshd. Runs in new mount, pid, net, uts and ipc
# namespaces. Set by the lab: LAB_ROOT (an empty directory), LAB_NAME, LAB_LOOPS (numbers of loop
# devices to show), LAB_NICS (lines of: interface gateway-or-minus address/prefix...), LAB_DNS.
set -eu

mount --make-rprivate /
mount -t tmpfs -o mode=755,size=2g lab "$LAB_ROOT"
mkdir "$LAB_ROOT/upper" "$LAB_ROOT/work" "$LAB_ROOT/root"
R=$LAB_ROOT/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$LAB_ROOT/upper,workdir=$LAB_ROOT/work" "$R"
mount -t proc -o nosuid,nodev,noexec proc "$R/proc"
mount -t sysfs -o nosuid,nodev,noexec sysfs "$R/sys"
for dir in run root home etc/ssh etc/sudoers.d var/lib/cloud; do
  mkdir -p "$R/$dir"
  mount -t tmpfs -o mode=755 tmpfs "$R/$dir"
done
chmod 700 "$R/root"
for dir in tmp var/tmp; do
  mount -t tmpfs -o mode=1777 tmpfs "$R/$dir"
done

# Only the nodes that a small machine has, the loop devices of the attached volumes, and free ones.
mount -t tmpfs -o mode=755,nosuid dev "$R/dev"
node() { mknod -m "$1" "$R/dev/$2" "$3" "$4" "$5"; }
node 666 null c 1 3
node 666 zero c 1 5
node 666 full c 1 7
node 666 random c 1 8
node 666 urandom c 1 9
node 666 tty c 5 0
node 660 loop-control c 10 237
for number in $LAB_LOOPS; do node 660 "loop$number" b 7 "$number"; done
mkdir "$R/dev/pts" "$R/dev/shm" "$R/dev/mapper"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$R/dev/pts"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$R/dev/shm"
ln -s pts/ptmx "$R/dev/ptmx"
ln -s /proc/self/fd "$R/dev/fd"
ln -s fd/0 "$R/dev/stdin"
ln -s fd/1 "$R/dev/stdout"
ln -s fd/2 "$R/dev/stderr"

# The lab gives the network cards to this namespace when it reads the next line, and then says go.
echo 'lab: namespaces ready'
read -r _
ip link set lo up
printf '%s\n' "$LAB_NICS" | while read -r nic gateway addresses; do
  [ -n "$nic" ] || continue
  for address in $addresses; do ip address add "$address" dev "$nic"; done
  ip link set "$nic" up
  [ "$gateway" = - ] || ip route replace default via "$gateway" || :
done
cat > "$R/run/lab-setup"
chmod 600 "$R/run/lab-setup"

hostname "$LAB_NAME"
rm -f "$R/etc/hostname" "$R/etc/hosts" "$R/etc/resolv.conf"
echo "$LAB_NAME" > "$R/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 %s\n::1 localhost\n' "$LAB_NAME" > "$R/etc/hosts"
: > "$R/etc/resolv.conf"
for server in $LAB_DNS; do echo "nameserver $server" >> "$R/etc/resolv.conf"; done

cd "$R"
mkdir -p run/old
pivot_root . run/old
umount -l /run/old
rmdir /run/old
cd /
echo 'lab: root ready'

mkdir -p /run/sshd /run/lock
chmod 755 /run/sshd
cat > /etc/ssh/sshd_config <<'CONFIG'
Port 22
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PidFile none
MaxStartups 100
MaxSessions 100
Subsystem sftp /usr/lib/openssh/sftp-server
CONFIG
/bin/sh /run/lab-setup </dev/null || echo "lab: the setup ended with $?"
rm -f /run/lab-setup
[ -n "$(ls /etc/ssh/ssh_host_*_key 2>/dev/null)" ] || ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
for key in /etc/ssh/ssh_host_*_key; do echo "HostKey $key" >> /etc/ssh/sshd_config; done
echo '-----BEGIN SSH HOST KEY KEYS-----'
cat /etc/ssh/ssh_host_*_key.pub
echo '-----END SSH HOST KEY KEYS-----'

/usr/sbin/sshd -D -e </dev/null &
sshd=$!
echo "lab: $LAB_NAME is up"
if [ -s /run/lab-runcmd ]; then /bin/sh /run/lab-runcmd </dev/null || echo "lab: runcmd ended with $?"; fi
wait "$sshd"
